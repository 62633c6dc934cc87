#include "broker/engine/handover.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "broker/engine/group_assignment.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine::handover {
namespace {

/// Static members by their instance, which outlives the process: so that they keep their place.
std::vector<Member*> in_order(Group& group) {
    std::vector<std::pair<std::string, Member*>> named;
    for (auto& [id, member] : group.members)
        named.emplace_back(member.row.instance.empty() ? member_name(id) : member.row.instance, &member);
    std::sort(named.begin(), named.end());
    std::vector<Member*> members;
    for (const auto& [name, member] : named) members.push_back(member);
    return members;
}

/// The streams that members want and that exist.
class WantedStreams {
public:
    WantedStreams(Batch& batch, const Group& group) : batch_(batch), group_(group) {}

    std::vector<std::uint32_t> ids_of(const std::vector<std::string>& names) {
        std::vector<std::uint32_t> ids;
        for (const auto& name : names)
            if (const auto id = id_of(name)) ids.push_back(*id);
        std::sort(ids.begin(), ids.end());
        return ids;
    }
    const assignment::PartitionCounts& partitions() const { return partitions_; }

private:
    std::optional<std::uint32_t> id_of(const std::string& name) {
        if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
        const auto found = batch_.streams.find(batch_.transaction, {group_.row.group.namespace_name, name});
        const auto id = found.has_value() ? std::optional((*found)->id) : std::nullopt;
        if (id) partitions_[*id] = (*found)->settings().partitions;
        ids_[name] = id;
        return id;
    }

    Batch& batch_;
    const Group& group_;
    std::map<std::string, std::optional<std::uint32_t>> ids_;
    assignment::PartitionCounts partitions_;
};

/// Who was to have what. What nobody who is still there was to have stays best where somebody works on it.
assignment::Shares previous_shares(const std::vector<Member*>& members) {
    std::vector<StreamPartition> taken;
    for (const auto* member : members) taken.insert(taken.end(), member->row.target.begin(), member->row.target.end());
    std::sort(taken.begin(), taken.end());
    assignment::Shares shares;
    for (const auto* member : members) {
        auto& share = shares.emplace_back(member->row.target);
        for (const auto& [partition, generation] : member->row.assigned)
            if (!std::binary_search(taken.begin(), taken.end(), partition)) share.push_back(partition);
        std::sort(share.begin(), share.end());
    }
    return shares;
}

void set_targets(Batch& batch, Group& group) {
    group.target_stale = false;
    const auto members = in_order(group);
    WantedStreams streams(batch, group);
    assignment::Subscriptions subscriptions;
    for (const auto* member : members) subscriptions.push_back(streams.ids_of(member->row.streams));
    auto shares = assignment::assign(group.row.strategy, subscriptions, streams.partitions(), previous_shares(members));
    bool moved = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto& target = members[i]->row.target;
        if (target == shares[i]) continue;
        target = std::move(shares[i]);
        members[i]->dirty = moved = true;
    }
    if (moved) ++batch.counters.group_rebalances;
}

/// What was deleted need not be given up.
void drop_vanished(Batch& batch, Group& group) {
    std::map<std::uint32_t, bool> exists;
    const auto vanished = [&](const AssignedPartition& assigned) {
        const auto stream = assigned.partition.stream;
        auto known = exists.find(stream);
        if (known == exists.end())
            known = exists.emplace(stream, batch.streams.find(batch.transaction, stream) != nullptr).first;
        return !known->second;
    };
    for (auto& [id, member] : group.members)
        if (std::erase_if(member.row.assigned, vanished) > 0) member.dirty = true;
}

void grant_free(Group& group, std::uint32_t generation) {
    std::vector<StreamPartition> held;
    for (const auto& [id, member] : group.members)
        for (const auto& assigned : member.row.assigned) held.push_back(assigned.partition);
    std::sort(held.begin(), held.end());
    for (auto& [id, member] : group.members) {
        std::vector<AssignedPartition> granted;
        for (const auto partition : member.row.target)
            if (!std::binary_search(held.begin(), held.end(), partition)) granted.push_back({partition, generation});
        if (granted.empty()) continue;
        auto& assigned = member.row.assigned;
        assigned.insert(assigned.end(), granted.begin(), granted.end());
        std::sort(assigned.begin(), assigned.end(),
                  [](const auto& a, const auto& b) { return a.partition < b.partition; });
        member.dirty = true;
    }
}

std::vector<PartitionSet> with_names(Batch& batch, const std::vector<StreamPartition>& partitions) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> by_stream;
    for (const auto& [stream, partition] : partitions) by_stream[stream].push_back(partition);
    std::vector<PartitionSet> sets;
    for (auto& [id, numbers] : by_stream) {
        const auto* stream = batch.streams.find(batch.transaction, id);
        if (stream != nullptr) sets.push_back({stream->row.stream.name, std::move(numbers)});
    }
    std::sort(sets.begin(), sets.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
    return sets;
}

/// Brings up to date what the member is told; true when that is something new.
bool renew(Batch& batch, Member& member) {
    auto visible = member.assigned_share();
    const bool other = visible != member.visible;
    if (other || !member.told_ready) member.told = with_names(batch, visible);
    member.told_ready = true;
    member.visible = std::move(visible);
    const bool news = other || member.is_new || member.told_share != member.has_its_share();
    member.told_share = member.has_its_share();
    member.is_new = false;
    return news;
}

}  // namespace

bool let_go(Batch& batch, const Group& group, Member& member, const std::vector<PartitionSet>& owned) {
    std::vector<StreamPartition> kept;
    for (const auto& set : owned) {
        const auto stream = batch.streams.find(batch.transaction, {group.row.group.namespace_name, set.stream});
        if (!stream.has_value()) continue;
        for (const auto partition : set.partitions) kept.push_back({(*stream)->id, partition});
    }
    std::sort(kept.begin(), kept.end());
    const auto is_free = [&](const AssignedPartition& assigned) {
        return !member.should_have(assigned.partition) &&
               !std::binary_search(kept.begin(), kept.end(), assigned.partition);
    };
    if (std::erase_if(member.row.assigned, is_free) == 0) return false;
    member.dirty = true;
    return true;
}

std::vector<std::uint64_t> settle(Batch& batch, Group& group) {
    const auto next_generation = group.row.generation + 1;
    if (group.target_stale) set_targets(batch, group);
    drop_vanished(batch, group);
    grant_free(group, next_generation);

    std::vector<std::uint64_t> news;
    bool settled = true;
    for (auto& [id, member] : group.members) {
        if (renew(batch, member)) {
            member.row.changed_at = next_generation;
            member.dirty = true;
            news.push_back(id);
        }
        settled = settled && member.settled();
        if (member.dirty) batch.groups.save_member(batch.transaction, group, member);
    }
    auto& row = group.row;
    const auto members = static_cast<std::uint32_t>(group.members.size());
    const bool has_lost_members = std::exchange(group.has_lost_members, false);
    if (news.empty() && !has_lost_members && row.members == members && row.settled == settled) return news;
    // What a lost member was told belongs to a generation that is over, also when nobody else learns anything new.
    if (!news.empty() || has_lost_members) row.generation = next_generation;
    row.members = members;
    row.settled = settled;
    batch.groups.save_row(batch.transaction, group);
    batch.groups_changed = true;
    return news;
}

GroupAssignment assignment_of(const Group& group, const Member& member) {
    return {.member = member_name(member.id),
            .generation = group.row.generation,
            .assigned = member.told,
            .session_timeout = member.row.session_timeout,
            .settled = member.told_share};
}

}  // namespace tern::engine::handover
