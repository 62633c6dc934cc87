#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_groups.hpp"
#include "broker/engine/stream_partition.hpp"

/// The rows of consumer groups (docs/architecture.md, "Groups and transactions").
namespace tern::engine {

/// The row of table `groups`: written when members come and go and when partitions change hands.
struct GroupRow {
    GroupName group;
    AssignmentStrategy strategy = AssignmentStrategy::cooperative_sticky;
    /// Counts the changes of who may work on what. Never goes back while the group exists.
    std::uint32_t generation = 0;
    std::uint32_t members = 0;
    /// Every member has all of its share, and nothing else.
    bool settled = true;
    Timestamp created_at{};
    /// When it lost its last member or last committed an offset; the latter may be late
    /// (group_removal::use_step_max).
    Timestamp used_at{};
    /// When it is looked at whether the group can be forgotten: the key of its row in the agenda; 0 when there is none.
    Timestamp forget_due{};
};

/// A partition that a member may be working on, and the generation in which it was granted.
struct AssignedPartition {
    StreamPartition partition;
    std::uint32_t generation = 0;

    bool operator==(const AssignedPartition&) const = default;
};

/// The row of table `group_members`.
struct MemberRow {
    std::string instance;
    std::string client;
    /// Names, ascending, each once. A stream need not exist (yet).
    std::vector<std::string> streams;
    Milliseconds session_timeout{};
    Timestamp joined_at{};
    /// What it may be working on, ascending. No two members have the same.
    std::vector<AssignedPartition> assigned;
    /// What it should have, ascending: what it has beside this, it is to give up.
    std::vector<StreamPartition> target;
    /// The generation in which it was last told something new.
    std::uint32_t changed_at = 0;
    /// Members that had this instance id before it, the latest last: they are fenced.
    std::vector<std::uint64_t> predecessors;
};

/// The row of table `group_offsets`.
struct OffsetRow {
    std::uint64_t offset = 0;
    Timestamp committed_at{};
    std::string metadata;
};

Bytes encode(const GroupRow& row);
Bytes encode(const MemberRow& row);
Bytes encode(const OffsetRow& row);
/// Nothing when the bytes are not such a row.
std::optional<GroupRow> decode_group_row(BytesView bytes);
std::optional<MemberRow> decode_member_row(BytesView bytes);
std::optional<OffsetRow> decode_offset_row(BytesView bytes);

}  // namespace tern::engine
