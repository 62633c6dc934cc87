#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/engine/stream_partition.hpp"
#include "broker/engine/stream_partition_row.hpp"
#include "broker/engine/stream_row.hpp"

namespace tern::engine {

/// What a batch of the commit thread appends to a partition, until it is put into blocks.
struct PendingBlock {
    /// Room for the block's header, then record batches; empty when nothing is pending.
    Bytes bytes;
    std::uint64_t base_offset = 0;
    std::int64_t timestamp_max = no_timestamp;
};

/// A partition that the engine has in hand.
struct Partition {
    StreamPartition id;
    PartitionRow row;
    PendingBlock pending;
    /// Where it ended when the batch of the commit thread began.
    std::uint64_t end_before = 0;
    /// The row has changed since it was last written.
    bool dirty = false;
};

/// A stream that the engine has in hand.
struct Stream {
    std::uint32_t id = 0;
    StreamRow row;
    /// By number; null until it is first needed.
    std::vector<std::unique_ptr<Partition>> partitions;

    const StreamSettings& settings() const { return row.settings; }
};

}  // namespace tern::engine
