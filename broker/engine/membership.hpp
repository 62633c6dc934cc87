#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/group.hpp"
#include "broker/engine/waiters.hpp"

namespace tern::engine {

/// Who is in which consumer group: joins, heartbeats, sessions. What a batch changes about a group is worked out once,
/// in advance, whatever the number of its commands; joins and heartbeats are answered there.
class Membership {
public:
    /// Looks whether there are members whose sessions must be counted.
    void open(const store::ReadTransaction& transaction);

    /// Nothing: it is answered by advance. Errors: namespace_invalid, group_name_invalid, instance_id_invalid,
    /// stream_name_invalid, group_subscription_invalid, session_timeout_invalid, group_member_unknown,
    /// group_member_fenced, group_strategy_differs, too_many_members, too_many_groups; storage_damaged.
    std::optional<Answer> join(Batch& batch, const Ticket& ticket, const JoinGroup& command,
                               std::vector<Completion>& completions);
    /// Nothing: it is answered by advance, of this batch or a later one. Of the heartbeats of a member the latest one
    /// waits: an earlier one is answered when it comes. Errors: group_member_unknown, group_member_fenced,
    /// wait_invalid.
    std::optional<Answer> heartbeat(Batch& batch, const Ticket& ticket, const Heartbeat& command,
                                    std::vector<Completion>& completions);
    /// Errors: group_member_unknown, group_member_fenced.
    Answer leave(Batch& batch, const LeaveGroup& command, std::vector<Completion>& completions);
    /// Errors: group_does_not_exist, group_not_empty; storage_damaged.
    Answer remove_group(Batch& batch, const DeleteGroup& command);

    /// Answers a parked heartbeat of this session with the status cancelled, if it is still parked.
    void cancel(const Ticket& ticket, std::vector<Completion>& completions);
    void end_session(const Ticket& ticket) { waiters_.remove_session(ticket); }

    /// Ends sessions that have expired, lets partitions change hands, and answers whom there is something to tell.
    void advance(Batch& batch, std::vector<Completion>& completions);
    /// Answers heartbeats that have waited long enough, while nothing can be written. Nobody is heard then, so nobody's
    /// session expires.
    void end_overdue_waits(Timestamp now, Groups& groups, std::vector<Completion>& completions);

    std::optional<Timestamp> next_deadline() const;

private:
    /// Group and member.
    using MemberKey = std::pair<std::uint32_t, std::uint64_t>;
    struct Joined {
        Ticket ticket;
        MemberKey member;
    };
    struct Place {
        Group* group = nullptr;
        Member* member = nullptr;
    };

    Result<Place> place_of(Batch& batch, const GroupName& name, const std::string& member);
    Result<Group*> group_of(Batch& batch, const GroupName& name);
    void watch(Batch& batch, Group& group);
    void hear(Group& group, Member& member, Timestamp now);
    void remove(Batch& batch, Group& group, Member& member, Errc why, std::vector<Completion>& completions);
    Member& replace(Batch& batch, Group& group, Member& member, std::vector<Completion>& completions);
    void refuse_waiting(const MemberKey& member, Errc why, std::vector<Completion>& completions);

    void look_for_members(Batch& batch);
    void expire_sessions(Batch& batch, std::vector<Completion>& completions);
    void note_changed_streams(Batch& batch);
    void settle(Batch& batch, Group& group, std::vector<Completion>& completions);
    void note_streams(Group& group);
    void answer_joins(Batch& batch, std::vector<Completion>& completions);
    void answer_overdue(Timestamp now, const Groups& groups, std::vector<Completion>& completions);

    /// Heartbeats, by member.
    struct WaitingHeartbeat {};
    Waiters<MemberKey, WaitingHeartbeat> waiters_;
    std::vector<Joined> joins_;
    std::set<std::tuple<Timestamp, std::uint32_t, std::uint64_t>> sessions_;
    /// Which groups want a stream; only those that are watched.
    std::map<StreamName, std::set<std::uint32_t>> subscribers_;
    /// Groups that this batch's commands have changed.
    std::set<std::uint32_t> unsettled_;
    /// Groups whose streams have changed: looked at as the batch's share of due work allows.
    std::set<std::uint32_t> stale_;
    /// After a start: the first group of which it is not known yet whether it has members.
    std::optional<std::uint32_t> look_from_;
};

}  // namespace tern::engine
