#pragma once

#include <cstdint>

#include "broker/engine/batch.hpp"
#include "broker/engine/stream.hpp"
#include "broker/store/store.hpp"

/// Where to look for a time: timestamps need not be in order, so the table `stream_times` has running maxima. A row
/// says that all records below an offset have timestamps up to this one.
namespace tern::engine::stream_times {

/// About every so many bytes of a partition there is a row.
inline constexpr std::uint64_t bytes_between = 256u << 10;

/// Takes the greatest timestamp of a batch into the maxima of its partition, which already ends behind it.
void take(PartitionRow& row, std::int64_t timestamp_max);
/// Blocks were removed, and rows that led to them forgotten; the partition now begins with the block at `base_offset`.
/// A timestamp from far ahead that went with them no longer hides those behind it.
void lower_maximum(Batch& batch, Partition& partition, std::uint64_t base_offset);
/// The partition is empty, and so is its part of the table.
void reset(PartitionRow& row);
/// Writes a row for the partition's end if it is time to; everything below it is in blocks.
void note(Batch& batch, Partition& partition);
/// All records below this offset have timestamps below `timestamp_ms`; 0 when nothing is known.
std::uint64_t first_offset_for(const store::ReadTransaction& snapshot, StreamPartition partition,
                               std::int64_t timestamp_ms);
/// Erases rows that lead to where nothing is any more, up to the budget of due work; false when some are left.
bool forget_below(Batch& batch, StreamPartition partition, std::uint64_t start_offset);

}  // namespace tern::engine::stream_times
