#include "broker/engine/stream_partition_row.hpp"

#include <algorithm>

namespace tern::engine {
namespace {

// It may grow at its end: a shorter row reads as if the new fields were zero.
struct [[gnu::packed]] PartitionLayout {
    std::uint64_t start_offset;
    std::uint64_t end_offset;
    std::uint64_t bytes;
    std::int64_t oldest_at;
    std::int64_t newest_at;
    std::int64_t timestamp_max;
    std::uint64_t later_from;
    std::int64_t later_timestamp_max;
    std::uint64_t bytes_since_time;
    std::uint32_t tail_bytes;
    std::int64_t retention_due;
};

}  // namespace

RowBytes<84> encode(const PartitionRow& row) {
    return RowBytes<84>(PartitionLayout{row.start_offset, row.end_offset, row.bytes, row.oldest_at.ms(),
                                        row.newest_at.ms(), row.timestamp_max, row.later_from, row.later_timestamp_max,
                                        row.bytes_since_time, row.tail_bytes, row.retention_due.ms()});
}

PartitionRow decode_partition_row(BytesView bytes) {
    PartitionLayout layout{};
    std::memcpy(&layout, bytes.data(), std::min(bytes.size(), sizeof layout));
    return {.start_offset = layout.start_offset,
            .end_offset = layout.end_offset,
            .bytes = layout.bytes,
            .oldest_at = Timestamp(layout.oldest_at),
            .newest_at = Timestamp(layout.newest_at),
            .timestamp_max = layout.timestamp_max,
            .later_from = layout.later_from,
            .later_timestamp_max = layout.later_timestamp_max,
            .bytes_since_time = layout.bytes_since_time,
            .tail_bytes = layout.tail_bytes,
            .retention_due = Timestamp(layout.retention_due)};
}

}  // namespace tern::engine
