#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/message.hpp"
#include "tern/queue.hpp"
#include "tern/stream.hpp"

namespace tern {

using GroupName = QueueName;

/// How a group's partitions are shared out: so that as few as possible move, or in ranges, so that the same numbers of
/// several streams meet at one member.
enum class AssignmentStrategy : std::uint8_t { cooperative_sticky = 0, range = 1 };

struct PartitionSet {
    std::string stream;
    std::vector<std::uint32_t> partitions;

    bool operator==(const PartitionSet&) const = default;
};

struct JoinOptions {
    /// Empty: a new member.
    std::string member = {};
    /// A static member: it takes the place of the one that had this id.
    std::string instance = {};
    std::vector<std::string> streams = {};
    AssignmentStrategy strategy = AssignmentStrategy::cooperative_sticky;
    std::chrono::milliseconds session_timeout{10'000};
    std::string client = {};
};
struct GroupAssignment {
    std::string member;
    std::uint32_t generation = 0;
    std::vector<PartitionSet> assigned;
    std::chrono::milliseconds session_timeout{0};
    /// All of its share is assigned to it; else more follows when others have given it up.
    bool settled = true;
};
struct HeartbeatOptions {
    std::string member = {};
    std::uint32_t generation = 0;
    std::vector<PartitionSet> owned = {};
    /// Answered at once when the assignment has changed, else after this.
    std::chrono::milliseconds wait{0};
};

struct OffsetToCommit {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::string metadata = {};
};
/// On whose behalf offsets are committed; without a member: only while the group has none.
struct CommitIdentity {
    std::string member = {};
    std::uint32_t generation = 0;
};
struct CommittedOffset {
    std::string stream;
    std::uint32_t partition = 0;
    /// Absent: none was committed.
    std::optional<std::uint64_t> offset;
    std::string metadata;
    std::optional<TimePoint> committed_at;
    /// Of the partition; absent when the stream is gone.
    std::optional<std::uint64_t> start_offset;
    std::optional<std::uint64_t> end_offset;
};

enum class GroupState : std::uint8_t { empty = 0, stable = 1, rebalancing = 2 };
struct GroupSummary {
    std::string name;
    GroupState state = GroupState::empty;
    std::uint32_t members = 0;
    std::uint32_t generation = 0;
    AssignmentStrategy strategy = AssignmentStrategy::cooperative_sticky;
};
struct GroupPage {
    std::vector<GroupSummary> groups;
    std::string next_page_token;
};
struct GroupMember {
    std::string member;
    std::string instance;
    std::string client;
    std::vector<std::string> streams;
    std::vector<PartitionSet> assigned;
    TimePoint joined_at;
    std::chrono::milliseconds session_timeout{0};
};
struct GroupDescription {
    GroupSummary summary;
    std::vector<GroupMember> members;
    std::vector<CommittedOffset> offsets;
};

}  // namespace tern
