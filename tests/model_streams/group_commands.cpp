#include <fmt/format.h>

#include <algorithm>

#include "tests/model_streams/group_model.hpp"

/// What members and others do to groups.
namespace tern::stream_model {
namespace {

bool valid_group_name(const std::string& name) {
    return !name.empty() && name.find(' ') == std::string::npos;
}

}  // namespace

PartitionNames names_of(const std::vector<engine::PartitionSet>& sets) {
    PartitionNames names;
    for (const auto& set : sets)
        for (const auto partition : set.partitions) names.insert({set.stream, partition});
    return names;
}

std::vector<engine::PartitionSet> sets_of(const PartitionNames& names) {
    std::vector<engine::PartitionSet> sets;
    for (const auto& [stream, partition] : names) {
        if (sets.empty() || sets.back().stream != stream) sets.push_back({stream, {}});
        sets.back().partitions.push_back(partition);
    }
    return sets;
}

Group* GroupModel::find(const std::string& group) {
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : &found->second;
}

const Group* GroupModel::find(const std::string& group) const {
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : &found->second;
}

/// Null when the process is not a member any more.
Member* GroupModel::member(MemberReference reference) {
    const auto client = clients_.find(reference);
    if (client == clients_.end()) return nullptr;
    auto* group = find(client->second.group);
    if (group == nullptr) return nullptr;
    const auto found = group->members.find(client->second.id);
    return found == group->members.end() || found->second.reference != reference ? nullptr : &found->second;
}

std::vector<MemberReference> GroupModel::members_of(const std::string& name) const {
    std::vector<MemberReference> members;
    if (const auto* group = find(name))
        for (const auto& [id, member] : group->members) members.push_back(member.reference);
    return members;
}

std::string GroupModel::id_of(MemberReference member) const {
    if (member == 0) return {};
    const auto found = clients_.find(member);
    return found == clients_.end() ? "nobody-has-this-id" : found->second.id;
}

engine::Heartbeat GroupModel::heartbeat(const Beat& beat) {
    engine::Heartbeat heartbeat{{"", beat.group}, id_of(beat.member), 0, {}, beat.wait};
    const auto found = clients_.find(beat.member);
    if (found == clients_.end()) return heartbeat;
    auto& client = found->second;
    if (beat.reaction == Reaction::follow) client.works_on = client.told;
    if (beat.reaction == Reaction::hold_on) client.works_on.insert(client.told.begin(), client.told.end());
    heartbeat.owned = sets_of(client.works_on);
    // Who does not know the last answer says the generation before it.
    heartbeat.generation = client.generation;
    if (beat.reaction == Reaction::unaware) heartbeat.generation -= std::min(heartbeat.generation, 1u);
    return heartbeat;
}

engine::CommitOffsets GroupModel::commit(const Commit& commit) const {
    static const std::string filler(8192, 'm');
    engine::CommitOffsets command{{"", commit.group}, id_of(commit.member), 0, {}};
    if (const auto client = clients_.find(commit.member); client != clients_.end())
        command.generation = client->second.generation - std::min(client->second.generation, commit.generations_behind);
    for (const auto& entry : commit.offsets)
        command.offsets.push_back(
            {entry.stream, entry.partition, entry.offset, BytesView(filler).substr(0, entry.metadata_bytes)});
    return command;
}

void GroupModel::begin_batch() {
    answered_.clear();
    for (auto& [name, group] : groups_)
        for (auto& [id, member] : group.members) {
            member.released.clear();
            member.up_to_date = false;
            member.started_anew = false;
        }
}

void GroupModel::tell(MemberReference reference, const engine::GroupAssignment& assignment) {
    auto& client = clients_[reference];
    client.id = assignment.member;
    client.generation = assignment.generation;
    client.told = names_of(assignment.assigned);
    client.settled = assignment.settled;
    answered_.insert(reference);
}

Complaint GroupModel::join(std::uint64_t label, const Join& join, const engine::Answer& given) {
    const auto now = streams_.now();
    const auto* known = find(join.group);
    std::set<Errc> refusals;
    if (!valid_group_name(join.group)) refusals.insert(Errc::group_name_invalid);
    if (join.streams.empty()) refusals.insert(Errc::group_subscription_invalid);
    if (join.session_timeout < std::chrono::seconds(1)) refusals.insert(Errc::session_timeout_invalid);
    if (join.instance.find(' ') != std::string::npos) refusals.insert(Errc::instance_id_invalid);
    const auto is_other = [&](const auto& each) {
        const bool same_instance = !join.instance.empty() && each.second.instance == join.instance;
        return each.second.reference != join.member && !same_instance;
    };
    const bool others = known != nullptr && std::any_of(known->members.begin(), known->members.end(), is_other);
    if (others && known->strategy != join.strategy) refusals.insert(Errc::group_strategy_differs);
    if (join.member != 0 && (member(join.member) == nullptr || clients_.at(join.member).group != join.group)) {
        refusals.insert(Errc::group_member_unknown);
        refusals.insert(Errc::group_member_fenced);
        if (known == nullptr) refusals.insert(Errc::group_does_not_exist);
    }
    if (join.member != 0 && refusals.empty() && member(join.member)->instance != join.instance)
        refusals.insert(Errc::group_member_unknown);
    bool all_there = true;
    for (const auto& stream : join.streams) all_there &= streams_.find(stream) != nullptr;
    // Whether a stream must be there before somebody wants it is left open.
    if (!all_there && given.status == Errc::stream_does_not_exist) return {};
    if (refusals.empty() != (given.status == Errc::ok) || (!refusals.empty() && !refusals.contains(given.status)))
        return fmt::format("join: answered with {}", protocol::name_of(given.status));
    if (given.status != Errc::ok) return {};
    const auto* assignment = std::get_if<engine::GroupAssignment>(&given.body);
    if (assignment == nullptr || assignment->member.empty()) return "join: no assignment";
    if (assignment->session_timeout != join.session_timeout) return "join: another session timeout";

    auto& group = groups_[join.group];
    group.strategy = join.strategy;
    group.active_at = now;
    ++group.changes;
    Member joined;
    if (join.member != 0) {
        const auto before = group.members.find(id_of(join.member));
        if (assignment->member != before->first) return "join: another id than before";
        joined = before->second;
    }
    for (auto other = group.members.begin(); other != group.members.end();) {
        const bool same_instance = !join.instance.empty() && other->second.instance == join.instance;
        if (!same_instance || other->first == id_of(join.member)) {
            if (other->first == assignment->member && join.member == 0) return "join: an id is given twice";
            ++other;
            continue;
        }
        // The place is taken over as it is.
        joined.assigned = other->second.assigned;
        for (auto& [name, grant] : joined.assigned) grant.most = std::max(grant.most, assignment->generation);
        other = group.members.erase(other);
    }
    // Who joins again is who it was.
    const auto reference = join.member == 0 ? label : join.member;
    joined.reference = reference;
    joined.instance = join.instance;
    joined.streams = {join.streams.begin(), join.streams.end()};
    joined.session_timeout = join.session_timeout;
    joined.heard_at = joined.heard_at_most = now;
    joined.started_anew = true;
    group.members[assignment->member] = joined;
    clients_[reference].group = join.group;
    tell(reference, *assignment);
    return {};
}

void GroupModel::beat(std::uint64_t label, const Beat& beat, const engine::Heartbeat& heartbeat) {
    const auto now = streams_.now();
    auto* known = member(beat.member);
    const bool is_member = known != nullptr && clients_.at(beat.member).group == beat.group;
    waiting_[label] = {is_member ? beat.member : unknown_member, now + beat.wait};
    if (!is_member) return;
    waiting_[label].until = now + std::min(beat.wait, known->session_timeout / 3);
    known->heard_at = known->heard_at_most = now;
    known->up_to_date = heartbeat.generation == groups_.at(beat.group).generation;
    const auto owned = names_of(heartbeat.owned);
    for (const auto& [name, grant] : known->assigned)
        if (grant.least <= heartbeat.generation && !owned.contains(name)) known->released.insert(name);
}

Complaint GroupModel::beaten(std::uint64_t label, const engine::Answer& given) {
    const auto found = waiting_.find(label);
    if (found == waiting_.end()) return "heartbeat: answered twice";
    const auto reference = found->second.member;
    waiting_.erase(found);
    auto* known = member(reference);
    if (known == nullptr) {
        const bool refused = given.status == Errc::group_member_unknown || given.status == Errc::group_member_fenced ||
                             given.status == Errc::group_does_not_exist;
        return refused ? Complaint() : "heartbeat: somebody who is not a member is not refused";
    }
    if (given.status == Errc::group_member_unknown) {
        // Its session is over: observe() looks at whether that is so.
        known->left = known->heard_at + known->session_timeout <= streams_.now();
        return known->left ? Complaint() : "heartbeat: a member is not known";
    }
    if (auto complaint = differs("heartbeat", Errc::ok, given.status); !complaint.empty()) return complaint;
    const auto* assignment = std::get_if<engine::GroupAssignment>(&given.body);
    if (assignment == nullptr) return "heartbeat: no assignment";
    if (assignment->member != clients_.at(reference).id) return "heartbeat: another's assignment";
    if (assignment->generation < clients_.at(reference).generation) return "heartbeat: the generation went back";
    known->heard_at_most = streams_.now();
    tell(reference, *assignment);
    return {};
}

Complaint GroupModel::leave(const Leave& leave, const engine::Answer& given) {
    auto* known = member(leave.member);
    const bool is_member = known != nullptr && clients_.at(leave.member).group == leave.group;
    if (!is_member) {
        const bool refused = given.status == Errc::group_member_unknown || given.status == Errc::group_member_fenced ||
                             given.status == Errc::group_does_not_exist;
        return refused ? Complaint() : "leave: somebody who is not a member is not refused";
    }
    if (auto complaint = differs("leave", Errc::ok, given.status); !complaint.empty()) return complaint;
    auto& group = groups_.at(leave.group);
    group.members.erase(id_of(leave.member));
    ++group.changes;
    group.active_at = streams_.now();
    return {};
}

std::set<Errc> GroupModel::refusals(const Commit& commit) const {
    const auto* group = find(commit.group);
    if (!valid_group_name(commit.group)) return {Errc::group_name_invalid};
    if (commit.offsets.empty()) return {Errc::batch_empty};
    if (commit.member == 0) {
        if (group != nullptr && !group->members.empty()) return {Errc::group_not_empty};
        return {};
    }
    auto* known = const_cast<GroupModel*>(this)->member(commit.member);
    if (known == nullptr || clients_.at(commit.member).group != commit.group)
        return {Errc::group_member_unknown, Errc::group_member_fenced, Errc::group_does_not_exist};
    return {};
}

std::optional<std::set<Errc>> GroupModel::refusals(const Commit& commit, const OffsetEntry& entry) const {
    std::set<Errc> refusals;
    if (streams_.find(entry.stream) == nullptr)
        refusals.insert(Errc::stream_does_not_exist);
    else if (!streams_.has(entry.stream, entry.partition))
        refusals.insert(Errc::partition_does_not_exist);
    if (entry.metadata_bytes > 4096) refusals.insert(Errc::offset_metadata_too_long);
    if (commit.member == 0) return refusals;
    const auto& assigned = const_cast<GroupModel*>(this)->member(commit.member)->assigned;
    const auto found = assigned.find({entry.stream, entry.partition});
    if (found == assigned.end()) {
        refusals.insert(Errc::partition_not_assigned);
        return refusals;
    }
    const auto& client = clients_.at(commit.member);
    const auto generation = client.generation - std::min(client.generation, commit.generations_behind);
    if (generation < found->second.least)
        refusals.insert(Errc::group_generation_stale);
    else if (generation < found->second.most && refusals.empty())
        return std::nullopt;
    return refusals;
}

Complaint GroupModel::committed(const Commit& commit, const engine::Answer& given) {
    const auto refused = refusals(commit);
    if (refused.empty() != (given.status == Errc::ok) || (!refused.empty() && !refused.contains(given.status)))
        return fmt::format("commit: answered with {}", protocol::name_of(given.status));
    if (!refused.empty()) return {};
    const auto* results = std::get_if<engine::EntryResults>(&given.body);
    if (results == nullptr || results->results.size() != commit.offsets.size())
        return "commit: not one result an entry";
    auto accepted = commit;
    accepted.offsets.clear();
    for (std::size_t i = 0; i < commit.offsets.size(); ++i) {
        const auto status = results->results[i];
        const auto reasons = refusals(commit, commit.offsets[i]);
        const bool right = !reasons || (reasons->empty() ? status == Errc::ok : reasons->contains(status));
        if (!right) return fmt::format("commit: entry {} is answered with {}", i, protocol::name_of(status));
        if (status == Errc::ok) accepted.offsets.push_back(commit.offsets[i]);
    }
    execute(accepted);
    return {};
}

bool GroupModel::refuses(const Commit& commit, bool granted_late) const {
    if (!refusals(commit).empty()) return true;
    return std::any_of(commit.offsets.begin(), commit.offsets.end(), [&](const OffsetEntry& entry) {
        const auto reasons = refusals(commit, entry);
        return reasons ? !reasons->empty() : granted_late;
    });
}

void GroupModel::execute(const Commit& commit) {
    if (commit.offsets.empty()) return;
    auto& group = groups_[commit.group];
    const auto now = streams_.now();
    group.active_at = now;
    if (auto* known = member(commit.member)) known->heard_at_most = now;
    for (const auto& entry : commit.offsets)
        group.offsets[{entry.stream, entry.partition}] = {entry.offset, entry.metadata_bytes, now,
                                                          streams_.find(entry.stream)->incarnation};
}

Complaint GroupModel::drop(const DropGroup& drop, const engine::Answer& given) {
    const auto* group = find(drop.group);
    auto expected = Errc::ok;
    if (group == nullptr)
        expected = Errc::group_does_not_exist;
    else if (!group->members.empty())
        expected = Errc::group_not_empty;
    if (expected == Errc::ok) groups_.erase(drop.group);
    return differs("delete group", expected, given.status);
}

void GroupModel::reopened() {
    waiting_.clear();
    for (auto& [name, group] : groups_)
        for (auto& [id, member] : group.members) member.heard_at = member.heard_at_most = streams_.now();
}

}  // namespace tern::stream_model
