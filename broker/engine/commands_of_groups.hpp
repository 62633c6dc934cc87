#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/queue_name.hpp"

/// What the engine can be told to do with consumer groups.
namespace tern::engine {

using GroupName = QueueName;

/// Numbers are stored and on the wire.
enum class AssignmentStrategy : std::uint8_t { cooperative_sticky = 0, range = 1 };

/// Partitions of one stream, ascending.
struct PartitionSet {
    std::string stream;
    std::vector<std::uint32_t> partitions;

    bool operator==(const PartitionSet&) const = default;
};

struct JoinGroup {
    GroupName group;
    /// Empty: a new member.
    std::string member;
    /// Empty: not a static member.
    std::string instance;
    std::vector<std::string> streams;
    AssignmentStrategy strategy = AssignmentStrategy::cooperative_sticky;
    Milliseconds session_timeout = std::chrono::seconds(10);
    std::string client;
};
struct Heartbeat {
    GroupName group;
    std::string member;
    std::uint32_t generation = 0;
    std::vector<PartitionSet> owned;
    /// Answered when the member's assignment is not what it knows, or when the wait is over; at most a third of its
    /// session timeout.
    Milliseconds wait{0};
};
struct LeaveGroup {
    GroupName group;
    std::string member;
};

struct OffsetToCommit {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    BytesView metadata{};
};
struct CommitOffsets {
    GroupName group;
    /// Empty: nobody's; only while the group has no members.
    std::string member;
    std::uint32_t generation = 0;
    std::vector<OffsetToCommit> offsets;
};
struct DeleteGroup {
    GroupName group;
};

}  // namespace tern::engine
