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

}  // namespace tern::engine
