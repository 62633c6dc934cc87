#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_groups.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/store.hpp"

/// What can be asked of consumer groups without changing anything: read from a snapshot, on any thread.
namespace tern::engine {

struct CommittedOffset {
    std::string stream;
    std::uint32_t partition = 0;
    /// Nothing: none was committed.
    std::optional<std::uint64_t> offset;
    std::string metadata;
    Timestamp committed_at;
    /// Of the partition; nothing when the stream is gone.
    std::optional<std::uint64_t> start_offset;
    std::optional<std::uint64_t> end_offset;
};

/// For the partitions named, in their order; for all of the group's when none is, by stream.
/// Errors: group_does_not_exist; answer_too_large when they cannot fit into one frame; storage_damaged.
Result<std::vector<CommittedOffset>> fetch_offsets(const store::ReadTransaction& snapshot, const GroupName& group,
                                                   const std::vector<PartitionSet>& partitions,
                                                   const DurableEnd& durable_end);

struct OffsetPage {
    std::vector<CommittedOffset> offsets;
    /// Empty after the last page.
    std::string next_token;
};
/// All of a group's, page by page, in the order in which their streams were made. A page may hold fewer than asked for.
/// Errors: page_size_invalid, page_token_invalid, group_does_not_exist; storage_damaged.
Result<OffsetPage> fetch_offsets_page(const store::ReadTransaction& snapshot, const GroupName& group, const Page& page,
                                      const DurableEnd& durable_end);

/// Values are those of the wire.
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
    std::string next_token;
};
/// In the order of their names. Errors: page_size_invalid, page_token_invalid.
Result<GroupPage> list_groups(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                              const std::string& prefix, const Page& page);

struct GroupMemberDescription {
    std::string member;
    std::string instance;
    std::string client;
    std::vector<std::string> streams;
    std::vector<PartitionSet> assigned;
    Timestamp joined_at;
    Milliseconds session_timeout{};
};
struct GroupDescription {
    GroupSummary summary;
    std::vector<GroupMemberDescription> members;
    std::vector<CommittedOffset> offsets;
    /// Empty after the last page.
    std::string next_token;
};
/// All at once. Errors: group_does_not_exist; answer_too_large when it cannot fit into one frame; storage_damaged.
Result<GroupDescription> describe_group(const store::ReadTransaction& snapshot, const GroupName& group,
                                        const DurableEnd& durable_end);
/// Page by page, each with the summary: the members, then the offsets as fetch_offsets_page gives them. A page's
/// entries are both together. Each page shows the group as it is then. Errors: page_size_invalid, page_token_invalid,
/// group_does_not_exist; storage_damaged.
Result<GroupDescription> describe_group_page(const store::ReadTransaction& snapshot, const GroupName& group,
                                             const Page& page, const DurableEnd& durable_end);

std::uint64_t count_groups(const store::ReadTransaction& snapshot);

}  // namespace tern::engine
