#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/group_queries.hpp"
#include "tests/model_streams/stream_model.hpp"

/// The rules of consumer groups a second time, from docs/decisions/0008 and the headers alone. Who should have which
/// partition is the broker's choice; the model holds it to what must be true of every choice.
namespace tern::stream_model {

struct PartitionName {
    std::string stream;
    std::uint32_t partition = 0;

    auto operator<=>(const PartitionName&) const = default;
};
using PartitionNames = std::set<PartitionName>;
PartitionNames names_of(const std::vector<engine::PartitionSet>& sets);
std::vector<engine::PartitionSet> sets_of(const PartitionNames& names);

/// What a process knows that has joined a group.
struct Client {
    std::string group;
    std::string id;
    std::uint32_t generation = 0;
    /// What its last answer said.
    PartitionNames told;
    /// What it works on: its next heartbeat says so.
    PartitionNames works_on;
    bool settled = false;
};

struct Member {
    MemberReference reference = 0;
    std::string instance;
    std::set<std::string> streams;
    Milliseconds session_timeout{};
    /// It was surely heard of at the first moment, and at the latest at the second one.
    Timestamp heard_at;
    Timestamp heard_at_most;
    struct Grant {
        /// The generation in which it was granted lies between these.
        std::uint32_t least = 0;
        std::uint32_t most = 0;
        std::uint64_t incarnation = 0;
    };
    std::map<PartitionName, Grant> assigned;
    /// What it may have lost by the last command.
    PartitionNames released;
    /// It knew what it should have when it said what it works on.
    bool up_to_date = false;
    bool started_anew = false;
    bool left = false;
};

struct Offset {
    std::uint64_t offset = 0;
    std::size_t metadata_bytes = 0;
    Timestamp at;
    std::uint64_t incarnation = 0;
};

struct Group {
    engine::AssignmentStrategy strategy{};
    std::uint32_t generation = 0;
    std::map<std::string, Member> members;
    std::map<PartitionName, Offset> offsets;
    /// When it was last changed: it is kept from then on.
    Timestamp active_at;
    /// How the partitions were shared out when it was last quiet, and how often members came or went since then.
    std::map<std::string, PartitionNames> quiet_shares;
    int changes = 0;
};

class GroupModel {
public:
    GroupModel(const StreamModel& streams, Milliseconds offsets_retention)
        : streams_(streams),
          offsets_retention_(offsets_retention) {}

    const std::map<std::string, Group>& groups() const { return groups_; }
    const std::map<MemberReference, Client>& clients() const { return clients_; }
    /// Labels of heartbeats that wait, and until when.
    struct Waiting {
        MemberReference member = 0;
        Timestamp until;
    };
    const std::map<std::uint64_t, Waiting>& waiting() const { return waiting_; }
    /// Members that follow when the group is to be settled.
    std::vector<MemberReference> members_of(const std::string& group) const;

    // What the processes say.
    std::string id_of(MemberReference member) const;
    engine::Heartbeat heartbeat(const Beat& beat);
    engine::CommitOffsets commit(const Commit& commit) const;

    /// Before and after each batch.
    void begin_batch();
    Complaint join(std::uint64_t label, const Join& join, const engine::Answer& given);
    /// The heartbeat is under way; it may be answered now or later.
    void beat(std::uint64_t label, const Beat& beat, const engine::Heartbeat& heartbeat);
    Complaint beaten(std::uint64_t label, const engine::Answer& given);
    Complaint leave(const Leave& leave, const engine::Answer& given);
    Complaint committed(const Commit& commit, const engine::Answer& given);
    Complaint drop(const DropGroup& drop, const engine::Answer& given);
    /// The engine was opened anew: nobody waits any more, and everybody has a whole session timeout.
    void reopened();

    /// A commit in a transaction: must it be refused as a whole? `granted_late`: what may have been granted after the
    /// generation that the commit names was. And one that was executed.
    bool refuses(const Commit& commit, bool granted_late) const;
    void execute(const Commit& commit);

    Complaint observe(const store::ReadTransaction& snapshot);
    /// Nothing is left to be handed over: everything must have its owner.
    Complaint observe_quiet(const store::ReadTransaction& snapshot, const std::string& group);
    bool quiet(const std::string& group) const;

private:
    Group* find(const std::string& group);
    const Group* find(const std::string& group) const;
    Member* member(MemberReference reference);
    /// All statuses with which an entry may be refused; empty when it must be accepted. Nothing: either is right.
    std::optional<std::set<Errc>> refusals(const Commit& commit, const OffsetEntry& entry) const;
    std::set<Errc> refusals(const Commit& commit) const;
    void tell(MemberReference reference, const engine::GroupAssignment& assignment);
    Complaint observe(const std::string& name, Group& group, const engine::GroupDescription& description);
    Complaint observe_member(const std::string& name, Group& group, const engine::GroupMemberDescription& description,
                             std::uint32_t generation_before);
    Complaint observe_offsets(const std::string& name, const Group& group,
                              const std::vector<engine::CommittedOffset>& given) const;
    Complaint observe_waiting() const;
    Complaint check_ranges(const std::string& name, const Group& group, const engine::GroupDescription& description);
    Complaint check_even(const std::string& name, const Group& group,
                         const std::map<std::string, PartitionNames>& shares) const;
    Complaint check_sticky(const std::string& name, const Group& group,
                           const std::map<std::string, PartitionNames>& shares) const;

    const StreamModel& streams_;
    Milliseconds offsets_retention_;
    std::map<std::string, Group> groups_;
    std::map<MemberReference, Client> clients_;
    std::map<std::uint64_t, Waiting> waiting_;
    /// Answered in this batch: what was told then must be what holds after it.
    std::set<MemberReference> answered_;
};

}  // namespace tern::stream_model
