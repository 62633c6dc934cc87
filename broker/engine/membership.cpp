#include "broker/engine/membership.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/engine/group_commands.hpp"
#include "broker/engine/group_removal.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/handover.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// A heartbeat waits for a third of the session timeout at most, so that two more have time to come.
constexpr int waits_per_session_timeout = 3;
/// How many processes that had an instance id before are told that they are fenced; earlier ones are unknown.
constexpr std::size_t predecessors_max = 8;
/// For people only: longer texts are cut.
constexpr std::size_t client_bytes_max = 256;

std::uint64_t new_member_id(Batch& batch, const Group& group) {
    auto id = batch.random.next();
    while (id == 0 || group.members.contains(id)) id = batch.random.next();
    return id;
}

}  // namespace

void Membership::open(const store::ReadTransaction& transaction) {
    if (transaction.rows(Table::group_members) > 0) look_from_ = 0;
}

/// The group, with the sessions of its members counted.
Result<Group*> Membership::group_of(Batch& batch, const GroupName& name) {
    const auto found = batch.groups.find(batch.transaction, name);
    if (found.has_value()) watch(batch, **found);
    return found;
}

Result<Membership::Place> Membership::place_of(Batch& batch, const GroupName& name, const std::string& member) {
    const auto group = group_of(batch, name);
    // Whoever was a member of a group that is gone joins again, and makes it anew.
    if (!group.has_value())
        return group.error() == Errc::group_does_not_exist ? Errc::group_member_unknown : group.error();
    const auto found = group_commands::find_member(**group, member);
    if (!found.has_value()) return found.error();
    return Place{*group, *found};
}

void Membership::watch(Batch& batch, Group& group) {
    if (group.is_watched) return;
    group.is_watched = true;
    batch.groups.drop_damaged_members(batch.transaction, group);
    if (group.members.empty() && !group.has_lost_members) return;
    for (auto& [id, member] : group.members) hear(group, member, batch.now);
    // Its streams may have changed since somebody last looked.
    group.target_stale = true;
    unsettled_.insert(group.id);
}

void Membership::hear(Group& group, Member& member, Timestamp now) {
    sessions_.erase({member.expires_at, group.id, member.id});
    member.expires_at = now + member.row.session_timeout;
    sessions_.emplace(member.expires_at, group.id, member.id);
}

std::optional<Answer> Membership::join(Batch& batch, const Ticket& ticket, const JoinGroup& command,
                                       std::vector<Completion>& completions) {
    if (const auto errc = group_commands::check(command); errc != Errc::ok) return refuse(errc);
    const auto found = group_of(batch, command.group);
    if (!found.has_value() && found.error() != Errc::group_does_not_exist) return refuse(found.error());
    Member* joining = nullptr;
    if (found.has_value()) {
        const auto member = group_commands::find_joining(**found, command);
        if (!member.has_value()) return refuse(member.error());
        joining = *member;
        if (const auto errc = group_commands::check_room(**found, joining, command); errc != Errc::ok)
            return refuse(errc);
    } else {
        if (!command.member.empty()) return refuse(Errc::group_member_unknown);
        if (const auto errc = group_commands::check_new(batch, command.group); errc != Errc::ok) return refuse(errc);
    }

    auto& group = found.has_value() ? **found : group_commands::create(batch, command.group);
    group.is_watched = true;
    if (joining == nullptr) {
        const auto id = new_member_id(batch, group);
        joining = &group.members[id];
        joining->id = id;
        joining->is_new = true;
        joining->row.instance = command.instance;
    } else if (command.member.empty()) {
        joining = &replace(batch, group, *joining, completions);
    }
    auto& row = joining->row;
    row.streams = group_commands::subscription_of(command);
    row.session_timeout = command.session_timeout;
    row.client = command.client.substr(0, client_bytes_max);
    if (joining->is_new) row.joined_at = batch.now;
    joining->dirty = true;
    if (group.row.strategy != command.strategy) {
        // Also when nothing else changes by it.
        group.row.strategy = command.strategy;
        batch.groups.save_row(batch.transaction, group);
    }
    group.target_stale = true;
    hear(group, *joining, batch.now);
    unsettled_.insert(group.id);
    joins_.push_back({ticket, {group.id, joining->id}});
    return std::nullopt;
}

/// Another process has taken the instance over: with another id, and with all that was assigned to it.
Member& Membership::replace(Batch& batch, Group& group, Member& member, std::vector<Completion>& completions) {
    Member successor;
    successor.id = new_member_id(batch, group);
    successor.row = member.row;
    successor.visible = member.visible;
    successor.is_new = true;
    auto& predecessors = successor.row.predecessors;
    predecessors.push_back(member.id);
    if (predecessors.size() > predecessors_max) predecessors.erase(predecessors.begin());
    remove(batch, group, member, Errc::group_member_fenced, completions);
    return group.members[successor.id] = std::move(successor);
}

void Membership::remove(Batch& batch, Group& group, Member& member, Errc why, std::vector<Completion>& completions) {
    refuse_waiting({group.id, member.id}, why, completions);
    sessions_.erase({member.expires_at, group.id, member.id});
    batch.groups.remove_member(batch.transaction, group, member);
    group.target_stale = true;
    unsettled_.insert(group.id);
}

void Membership::refuse_waiting(const MemberKey& member, Errc why, std::vector<Completion>& completions) {
    for (const auto& waiter : waiters_.remove_all_of(member)) completions.push_back({waiter.ticket, refuse(why)});
    for (const auto& joined : joins_)
        if (joined.member == member) completions.push_back({joined.ticket, refuse(why)});
    std::erase_if(joins_, [&](const Joined& joined) { return joined.member == member; });
}

std::optional<Answer> Membership::heartbeat(Batch& batch, const Ticket& ticket, const Heartbeat& command,
                                            std::vector<Completion>& completions) {
    if (command.wait.count() < 0) return refuse(Errc::wait_invalid);
    const auto place = place_of(batch, command.group, command.member);
    if (!place.has_value()) return refuse(place.error());
    auto& group = *place->group;
    auto& member = *place->member;

    hear(group, member, batch.now);
    const bool knows = command.generation >= member.row.changed_at && command.generation <= group.row.generation;
    if (knows && handover::let_go(batch, group, member, command.owned)) unsettled_.insert(group.id);
    const MemberKey key{group.id, member.id};
    for (const auto& earlier : waiters_.remove_all_of(key))
        completions.push_back({earlier.ticket, {Errc::ok, {}, handover::assignment_of(group, member)}});
    const auto wait_max = member.row.session_timeout / waits_per_session_timeout;
    waiters_.park(ticket, key, {}, batch.now + (knows ? std::min(command.wait, wait_max) : Milliseconds(0)));
    return std::nullopt;
}

Answer Membership::leave(Batch& batch, const LeaveGroup& command, std::vector<Completion>& completions) {
    const auto place = place_of(batch, command.group, command.member);
    if (!place.has_value()) return refuse(place.error());
    remove(batch, *place->group, *place->member, Errc::group_member_unknown, completions);
    return done();
}

Answer Membership::remove_group(Batch& batch, const DeleteGroup& command) {
    const auto found = group_of(batch, command.group);
    if (!found.has_value()) return refuse(found.error());
    auto& group = **found;
    if (!group.members.empty()) return refuse(Errc::group_not_empty);
    note_streams(group);
    unsettled_.erase(group.id);
    group_removal::remove(batch, group);
    return done();
}

void Membership::cancel(const Ticket& ticket, std::vector<Completion>& completions) {
    if (waiters_.remove_request(ticket)) completions.push_back({ticket, refuse(Errc::cancelled)});
}

void Membership::advance(Batch& batch, std::vector<Completion>& completions) {
    look_for_members(batch);
    expire_sessions(batch, completions);
    note_changed_streams(batch);
    for (const auto id : std::exchange(unsettled_, {}))
        if (auto* group = batch.groups.find(batch.transaction, id)) settle(batch, *group, completions);
    answer_joins(batch, completions);
    answer_overdue(batch.now, batch.groups, completions);
}

void Membership::look_for_members(Batch& batch) {
    while (look_from_ && batch.take_due_work()) {
        const auto cursor = batch.transaction.cursor(Table::group_members);
        if (!cursor->seek(keys::consumer_group(*look_from_).view())) return look_from_.reset();
        const auto id = store::KeyReader(cursor->key()).u32();
        look_from_ = id + 1;
        if (auto* group = batch.groups.find(batch.transaction, id)) watch(batch, *group);
    }
}

void Membership::expire_sessions(Batch& batch, std::vector<Completion>& completions) {
    while (!sessions_.empty() && std::get<Timestamp>(*sessions_.begin()) <= batch.now && batch.take_due_work()) {
        const auto [at, group_id, member_id] = *sessions_.begin();
        auto* group = batch.groups.find(batch.transaction, group_id);
        TERN_CHECK(group != nullptr);
        remove(batch, *group, group->members.at(member_id), Errc::group_member_unknown, completions);
        ++batch.counters.group_sessions_expired;
    }
}

void Membership::note_changed_streams(Batch& batch) {
    for (const auto& stream : batch.changed_streams)
        if (const auto found = subscribers_.find(stream); found != subscribers_.end())
            stale_.insert(found->second.begin(), found->second.end());
    while (!stale_.empty() && batch.take_due_work()) {
        const auto id = *stale_.begin();
        stale_.erase(stale_.begin());
        if (auto* group = batch.groups.find(batch.transaction, id)) {
            group->target_stale = true;
            unsettled_.insert(id);
        }
    }
}

void Membership::settle(Batch& batch, Group& group, std::vector<Completion>& completions) {
    if (group.target_stale) note_streams(group);
    const bool had_members = group.row.members > 0;
    for (const auto id : handover::settle(batch, group)) {
        const auto& member = group.members.at(id);
        for (const auto& waiter : waiters_.remove_all_of({group.id, id}))
            completions.push_back({waiter.ticket, {Errc::ok, {}, handover::assignment_of(group, member)}});
    }
    if (had_members && group.members.empty()) group_removal::watch(batch, group);
}

void Membership::note_streams(Group& group) {
    std::set<std::string> streams;
    for (const auto& [id, member] : group.members) streams.insert(member.row.streams.begin(), member.row.streams.end());
    const auto& namespace_name = group.row.group.namespace_name;
    for (const auto& stream : group.noted_streams) {
        if (streams.contains(stream)) continue;
        const auto noted = subscribers_.find({namespace_name, stream});
        noted->second.erase(group.id);
        if (noted->second.empty()) subscribers_.erase(noted);
    }
    for (const auto& stream : streams)
        if (!group.noted_streams.contains(stream)) subscribers_[{namespace_name, stream}].insert(group.id);
    group.noted_streams = std::move(streams);
}

void Membership::answer_joins(Batch& batch, std::vector<Completion>& completions) {
    for (const auto& [ticket, key] : std::exchange(joins_, {})) {
        const auto* group = batch.groups.find(batch.transaction, key.first);
        const auto& member = group->members.at(key.second);
        completions.push_back({ticket, {Errc::ok, {}, handover::assignment_of(*group, member)}});
    }
}

void Membership::answer_overdue(Timestamp now, const Groups& groups, std::vector<Completion>& completions) {
    std::vector<std::uint64_t> overdue;
    for (const auto* waiter : waiters_.due(now)) overdue.push_back(waiter->arrival);
    for (const auto arrival : overdue) {
        const auto waiter = waiters_.remove(arrival);
        const auto& group = groups.in_hand(waiter.subject.first);
        const auto& member = group.members.at(waiter.subject.second);
        completions.push_back({waiter.ticket, {Errc::ok, {}, handover::assignment_of(group, member)}});
    }
}

void Membership::end_overdue_waits(Timestamp now, Groups& groups, std::vector<Completion>& completions) {
    answer_overdue(now, groups, completions);
    while (!sessions_.empty() && std::get<Timestamp>(*sessions_.begin()) <= now) {
        const auto [at, group_id, member_id] = *sessions_.begin();
        auto& group = groups.in_hand(group_id);
        hear(group, group.members.at(member_id), now);
    }
}

std::optional<Timestamp> Membership::next_deadline() const {
    if (look_from_ || !stale_.empty()) return Timestamp();
    auto earliest = waiters_.next_deadline();
    if (sessions_.empty()) return earliest;
    const auto expiry = std::get<Timestamp>(*sessions_.begin());
    return earliest ? std::min(*earliest, expiry) : expiry;
}

}  // namespace tern::engine
