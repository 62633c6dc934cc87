#pragma once

#include <vector>

#include "broker/engine/commands_of_streams.hpp"
#include "broker/engine/stream_partition.hpp"

namespace tern::runtime {

/// What became durable and may be waited for.
struct StreamNews {
    /// Partitions that have more records than before; some may stand here twice.
    std::vector<engine::StreamPartition> grown;
    /// Streams that were deleted or truncated.
    std::vector<engine::StreamName> cut;

    bool empty() const { return grown.empty() && cut.empty(); }
    /// Takes over what the other has; it is empty then.
    void append(StreamNews& other) {
        grown.insert(grown.end(), other.grown.begin(), other.grown.end());
        cut.insert(cut.end(), other.cut.begin(), other.cut.end());
        other = {};
    }
};

}  // namespace tern::runtime
