#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/model_streams/group_model.hpp"

/// What the engine says of its groups, held against what must be true of them.
namespace tern::stream_model {

Complaint GroupModel::observe(const store::ReadTransaction& snapshot) {
    const auto listed = engine::list_groups(snapshot, "", "", {});
    if (!listed.has_value()) return "the groups cannot be listed";
    const auto now = streams_.now();
    // That a group was used is noted only so often (group_removal.hpp).
    const Milliseconds use_step = std::min<Milliseconds>(std::chrono::hours(1), offsets_retention_ / 8);
    std::set<std::string> there;
    for (const auto& summary : listed->groups) {
        there.insert(summary.name);
        auto* group = find(summary.name);
        if (group == nullptr) return summary.name + ": nobody made this group";
        const auto described = engine::describe_group(snapshot, {"", summary.name}, everything_durable());
        if (!described.has_value()) return summary.name + " cannot be described";
        if (described->summary.members != summary.members || described->summary.state != summary.state)
            return summary.name + ": list and description differ";
        if (auto complaint = observe(summary.name, *group, *described); !complaint.empty()) return complaint;
        const bool idle = group->members.empty() && group->active_at + offsets_retention_ + use_step + slack <= now;
        if (idle) return summary.name + ": a group that nobody uses is kept too long";
    }
    for (auto group = groups_.begin(); group != groups_.end();) {
        if (there.contains(group->first)) {
            ++group;
            continue;
        }
        const bool members =
            std::any_of(group->second.members.begin(), group->second.members.end(),
                        [&](const auto& m) { return m.second.heard_at + m.second.session_timeout > now; });
        const bool kept = !group->second.offsets.empty() && group->second.active_at + offsets_retention_ > now;
        if (members || kept) return group->first + ": the group is gone";
        group = groups_.erase(group);
    }
    for (const auto& [name, stream] : streams_.streams()) {
        const auto described = engine::describe_stream(snapshot, {"", name}, everything_durable());
        std::set<std::string> expected;
        for (const auto& [group_name, group] : groups_)
            for (const auto& [partition, offset] : group.offsets)
                if (partition.stream == name && offset.incarnation == stream.incarnation) expected.insert(group_name);
        const std::set<std::string> given(described->groups.begin(), described->groups.end());
        if (given != expected) return name + ": other groups have offsets there than it says";
    }
    return observe_waiting();
}

Complaint GroupModel::observe(const std::string& name, Group& group, const engine::GroupDescription& description) {
    const auto now = streams_.now();
    if (description.summary.generation < group.generation) return name + ": the generation went back";
    const auto generation_before = std::exchange(group.generation, description.summary.generation);
    std::set<std::string> there;
    PartitionNames taken;
    for (const auto& given : description.members) {
        there.insert(given.member);
        for (const auto& partition : names_of(given.assigned))
            if (!taken.insert(partition).second)
                return fmt::format("{}: {}/{} is assigned to two members", name, partition.stream, partition.partition);
    }
    for (auto member = group.members.begin(); member != group.members.end();) {
        if (there.contains(member->first)) {
            if (member->second.heard_at_most + member->second.session_timeout + slack <= now)
                return fmt::format("{}: the session of {} is over, but it is still a member", name, member->first);
            ++member;
            continue;
        }
        if (member->second.heard_at + member->second.session_timeout > now)
            return fmt::format("{}: {} is gone before its session is over", name, member->first);
        group.active_at = now;
        ++group.changes;
        member = group.members.erase(member);
    }
    if (!group.members.empty() && description.summary.strategy != group.strategy) return name + ": another strategy";
    for (const auto& given : description.members)
        if (auto complaint = observe_member(name, group, given, generation_before); !complaint.empty())
            return complaint;
    const bool empty = description.summary.state == engine::GroupState::empty;
    if (empty != group.members.empty()) return name + ": the wrong state is told";
    return observe_offsets(name, group, description.offsets);
}

Complaint GroupModel::observe_member(const std::string& name, Group& group,
                                     const engine::GroupMemberDescription& description,
                                     std::uint32_t generation_before) {
    const auto found = group.members.find(description.member);
    if (found == group.members.end()) return fmt::format("{}: {} never joined", name, description.member);
    auto& member = found->second;
    const auto assigned = names_of(description.assigned);
    if (description.instance != member.instance) return fmt::format("{}: another instance id", name);
    for (auto had = member.assigned.begin(); had != member.assigned.end();) {
        const auto* stream = streams_.find(had->first.stream);
        const bool stream_gone = stream == nullptr || stream->incarnation != had->second.incarnation;
        if (assigned.contains(had->first) && !stream_gone) {
            // Given up, and no longer its own by what it was told in the same commit.
            const auto& client = clients_.at(member.reference);
            if (answered_.contains(member.reference) && member.up_to_date && member.released.contains(had->first) &&
                !client.told.contains(had->first))
                return fmt::format("{}: {} has given up {}/{}, and it is still assigned to it", name,
                                   description.member, had->first.stream, had->first.partition);
            ++had;
            continue;
        }
        if (!stream_gone && !member.released.contains(had->first) && !member.started_anew)
            return fmt::format("{}: {}/{} was taken from {}, which has not given it up", name, had->first.stream,
                               had->first.partition, description.member);
        had = member.assigned.erase(had);
    }
    for (const auto& partition : assigned) {
        if (member.assigned.contains(partition)) continue;
        if (!member.streams.contains(partition.stream))
            return fmt::format("{}: {} does not want {}", name, description.member, partition.stream);
        if (!streams_.has(partition.stream, partition.partition))
            return fmt::format("{}: {}/{} does not exist", name, partition.stream, partition.partition);
        // When more falls due than a batch may do, the engine goes on in the next ones: each may be a generation.
        member.assigned[partition] = {generation_before + 1, group.generation,
                                      streams_.find(partition.stream)->incarnation};
    }
    if (answered_.contains(member.reference))
        for (const auto& partition : clients_.at(member.reference).told)
            if (!assigned.contains(partition))
                return fmt::format("{}: {} was told {}/{}, which is not assigned to it", name, description.member,
                                   partition.stream, partition.partition);
    return {};
}

Complaint GroupModel::observe_offsets(const std::string& name, const Group& group,
                                      const std::vector<engine::CommittedOffset>& given) const {
    std::size_t expected = 0;
    for (const auto& [partition, offset] : group.offsets) {
        const auto* stream = streams_.find(partition.stream);
        if (stream != nullptr && stream->incarnation == offset.incarnation) ++expected;
    }
    std::size_t seen = 0;
    for (const auto& each : given) {
        // Of a stream that is gone.
        if (!each.end_offset) continue;
        const auto found = group.offsets.find({each.stream, each.partition});
        if (found == group.offsets.end() || !each.offset)
            return fmt::format("{}: nobody committed an offset of {}/{}", name, each.stream, each.partition);
        const auto& offset = found->second;
        if (offset.offset != each.offset || offset.metadata_bytes != each.metadata.size() ||
            offset.at != each.committed_at)
            return fmt::format("{}: offset {} of {}/{} expected, {} told", name, offset.offset, each.stream,
                               each.partition, *each.offset);
        const auto& partition = streams_.find(each.stream)->partitions[each.partition];
        if (each.start_offset != partition.start || each.end_offset != partition.end)
            return fmt::format("{}: another range of {}/{}", name, each.stream, each.partition);
        ++seen;
    }
    if (seen != expected) return fmt::format("{}: {} offsets expected, {} told", name, expected, seen);
    return {};
}

Complaint GroupModel::observe_waiting() const {
    for (const auto& [label, waiting] : waiting_) {
        if (waiting.until <= streams_.now()) return "heartbeat: not answered when its wait is over";
        const auto* member = const_cast<GroupModel*>(this)->member(waiting.member);
        if (member == nullptr) return "heartbeat: somebody who is no member any more waits";
        const auto& client = clients_.at(waiting.member);
        for (const auto& [partition, grant] : member->assigned)
            if (grant.most > client.generation && !client.told.contains(partition))
                return fmt::format("heartbeat: a member waits, and is not told that it has {}/{}", partition.stream,
                                   partition.partition);
    }
    return {};
}

bool GroupModel::quiet(const std::string& name) const {
    const auto* group = find(name);
    if (group == nullptr) return true;
    return std::all_of(group->members.begin(), group->members.end(), [&](const auto& each) {
        const auto& client = clients_.at(each.second.reference);
        PartitionNames assigned;
        for (const auto& [partition, grant] : each.second.assigned) assigned.insert(partition);
        return client.settled && client.told == client.works_on && client.told == assigned;
    });
}

Complaint GroupModel::observe_quiet(const store::ReadTransaction& snapshot, const std::string& name) {
    auto* group = find(name);
    if (group == nullptr || group->members.empty()) return {};
    const auto described = engine::describe_group(snapshot, {"", name}, everything_durable());
    if (!described.has_value()) return name + " cannot be described";
    if (described->summary.state != engine::GroupState::stable) return name + ": all is handed over, but not stable";
    std::set<std::string> wanted;
    for (const auto& [id, member] : group->members) wanted.insert(member.streams.begin(), member.streams.end());
    PartitionNames assigned;
    for (const auto& given : described->members) assigned.merge(names_of(given.assigned));
    for (const auto& stream : wanted) {
        const auto* known = streams_.find(stream);
        if (known == nullptr) continue;
        for (std::uint32_t partition = 0; partition < known->partitions.size(); ++partition)
            if (!assigned.contains({stream, partition}))
                return fmt::format("{}: nobody has {}/{}", name, stream, partition);
    }
    std::map<std::string, PartitionNames> shares;
    for (const auto& given : described->members) shares[given.member] = names_of(given.assigned);
    Complaint complaint;
    if (group->strategy == engine::AssignmentStrategy::range) {
        complaint = check_ranges(name, *group, *described);
    } else {
        complaint = check_even(name, *group, shares);
        if (complaint.empty()) complaint = check_sticky(name, *group, shares);
    }
    group->quiet_shares = std::move(shares);
    group->changes = 0;
    return complaint;
}

Complaint GroupModel::check_ranges(const std::string& name, const Group& group,
                                   const engine::GroupDescription& description) {
    for (const auto& [stream_name, stream] : streams_.streams()) {
        // In the order of their ids; a static member's is its instance's.
        std::map<std::string, PartitionNames> takers;
        for (const auto& given : description.members)
            if (group.members.at(given.member).streams.contains(stream_name))
                takers[given.instance.empty() ? given.member : given.instance] = names_of(given.assigned);
        std::uint32_t next = 0;
        std::size_t taker = 0;
        for (const auto& [id, taken] : takers) {
            const auto more = taker++ < stream.partitions.size() % takers.size() ? 1u : 0u;
            for (auto count = stream.partitions.size() / takers.size() + more; count > 0; --count)
                if (!taken.contains({stream_name, next++}))
                    return fmt::format("{}: {} is not in ranges", name, stream_name);
        }
    }
    return {};
}

/// Nobody could give a partition to somebody who has fewer.
Complaint GroupModel::check_even(const std::string& name, const Group& group,
                                 const std::map<std::string, PartitionNames>& shares) const {
    for (const auto& [rich, much] : shares)
        for (const auto& [poor, little] : shares) {
            const auto& wanted = group.members.at(poor).streams;
            const bool could_give = std::any_of(much.begin(), much.end(), [&](const PartitionName& partition) {
                return wanted.contains(partition.stream);
            });
            if (could_give && much.size() >= little.size() + 2)
                return fmt::format("{}: {} has {} partitions, and {} has {}", name, rich, much.size(), poor,
                                   little.size());
        }
    return {};
}

/// When all want the same and one has come or gone, nothing moves between those who stayed.
Complaint GroupModel::check_sticky(const std::string& name, const Group& group,
                                   const std::map<std::string, PartitionNames>& shares) const {
    if (group.changes > 1) return {};
    const auto& wanted = group.members.begin()->second.streams;
    for (const auto& [id, member] : group.members)
        if (member.streams != wanted) return {};
    PartitionNames before;
    PartitionNames now;
    for (const auto& [id, share] : group.quiet_shares) before.insert(share.begin(), share.end());
    for (const auto& [id, share] : shares) now.insert(share.begin(), share.end());
    if (before != now) return {};
    const bool fewer = shares.size() < group.quiet_shares.size();
    for (const auto& [id, share] : shares) {
        const auto had = group.quiet_shares.find(id);
        if (had == group.quiet_shares.end()) continue;
        const auto& larger = fewer ? share : had->second;
        const auto& smaller = fewer ? had->second : share;
        if (!std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end()))
            return fmt::format("{}: more has moved than one member's share", name);
    }
    return {};
}

}  // namespace tern::stream_model
