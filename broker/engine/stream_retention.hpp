#pragma once

#include <cstdint>

#include "broker/engine/batch.hpp"
#include "broker/engine/stream.hpp"

/// What is too old or too much in a partition vanishes, block by block, oldest first, within a second or two of its
/// time; a bounded number of pages a batch. A block's age counts from the append of its newest batch.
namespace tern::engine::stream_retention {

/// Sees to it that the partition, to which something was just appended, is looked at when there is something to remove.
void watch(Batch& batch, const Stream& stream, Partition& partition);
/// Retention has changed: looks at all partitions again at once.
void reconsider(Batch& batch, Stream& stream);
/// Moves the partition's start, which must not be behind its end; the blocks below it follow.
void truncate(Batch& batch, Partition& partition, std::uint64_t before);
/// Removes what is to be removed, within the budget, and arranges the next look.
void sweep(Batch& batch, const Stream& stream, Partition& partition);

}  // namespace tern::engine::stream_retention
