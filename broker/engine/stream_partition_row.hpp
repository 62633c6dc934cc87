#pragma once

#include <cstdint>
#include <limits>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/rows.hpp"

namespace tern::engine {

/// Below every timestamp that a record can have.
inline constexpr std::int64_t no_timestamp = std::numeric_limits<std::int64_t>::min();

/// What changes about a partition with every commit that touches it: the row of table `stream_partitions`.
struct PartitionRow {
    /// Of the oldest record that can be read; the blocks below it are on their way out.
    std::uint64_t start_offset = 0;
    /// Of the next record.
    std::uint64_t end_offset = 0;
    /// Of the record batches in all stored blocks.
    std::uint64_t bytes = 0;
    /// When the oldest records of the first stored block were appended; 0 when there is none.
    Timestamp oldest_at{};
    Timestamp newest_at{};
    /// No record has a greater timestamp.
    std::int64_t timestamp_max = no_timestamp;
    /// Records from this offset on have none greater than later_timestamp_max: what holds when those below are gone.
    std::uint64_t later_from = 0;
    std::int64_t later_timestamp_max = no_timestamp;
    /// Appended since the last row of `stream_times`.
    std::uint64_t bytes_since_time = 0;
    /// The length of the last block as it is stored; 0 when nothing can be added to it.
    std::uint32_t tail_bytes = 0;
    /// When retention is looked at next: the key of its row in the agenda; 0 when there is none.
    Timestamp retention_due{};
};

RowBytes<84> encode(const PartitionRow& row);
PartitionRow decode_partition_row(BytesView bytes);

}  // namespace tern::engine
