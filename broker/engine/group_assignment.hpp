#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "broker/engine/commands_of_groups.hpp"
#include "broker/engine/stream_partition.hpp"

/// Who should have which partition: pure functions of what is given.
namespace tern::engine::assignment {

/// One entry a member, in the order of the members: the streams it wants, ascending, each once.
using Subscriptions = std::vector<std::vector<std::uint32_t>>;
/// One entry a member, in the order of the members: its partitions, ascending.
using Shares = std::vector<std::vector<StreamPartition>>;
/// How many partitions each stream has. A stream that is missing here has none.
using PartitionCounts = std::map<std::uint32_t, std::uint32_t>;

/// Gives every partition that somebody wants to exactly one of those who want it.
/// cooperative_sticky: as evenly as the subscriptions allow (no partition could go to another so that the two are
/// nearer to each other, not even by way of others), and as few as possible move away from where they were before.
/// range: each stream's partitions in ranges over its members in their order; the first ones have one more.
/// `previous` has an entry for each member, which may hold what is no longer there or no longer wanted; what two have
/// held counts as the first one's. The same arguments give the same shares, and these as `previous` give them again.
Shares assign(AssignmentStrategy strategy, const Subscriptions& subscriptions, const PartitionCounts& partitions,
              const Shares& previous);

}  // namespace tern::engine::assignment
