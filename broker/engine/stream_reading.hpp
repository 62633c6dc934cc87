#pragma once

#include <algorithm>
#include <cstdint>

#include "broker/engine/stream_partition_row.hpp"
#include "broker/engine/stream_queries.hpp"

namespace tern::engine {

/// Where a reader stops: at the partition's end, or at what of it is durable; never before its start.
inline std::uint64_t readable_end(StreamPartition partition, const PartitionRow& row, const DurableEnd& durable_end) {
    const auto durable = durable_end ? durable_end(partition) : std::nullopt;
    return std::max(row.start_offset, std::min(row.end_offset, durable.value_or(row.end_offset)));
}

/// How much a request's searches for a time may look at, all together, what they decompress included: a snapshot must
/// not live long, and a few bytes can stand for very many.
struct SearchBudget {
    std::uint64_t bytes = 256u << 20;

    void spend(std::uint64_t spent) { bytes -= std::min(bytes, spent); }
};

/// Looks for the first record at or after a time within the readable part that `found` tells; sets its offset, to the
/// end when there is none, or to one before which there is none when the search became too long. Errors:
/// storage_damaged when a block on the way is.
Errc search_time(const store::ReadTransaction& snapshot, StreamPartition partition, std::int64_t time_ms,
                 FoundOffset& found, SearchBudget& budget);

}  // namespace tern::engine
