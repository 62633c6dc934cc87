#pragma once

#include <cstdint>
#include <iterator>
#include <vector>

#include "broker/engine/commands_of_streams.hpp"
#include "broker/engine/endpoint_id.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/stream_partition.hpp"

namespace tern::runtime {

/// What became durable and may be waited for.
struct StreamNews {
    /// Partitions that have more records than before; some may stand here twice.
    std::vector<engine::StreamPartition> grown{};
    /// Streams that were deleted or truncated.
    std::vector<engine::StreamName> cut{};
    /// In order.
    std::vector<engine::Published> published{};
    std::vector<std::uint32_t> deleted_topics{};
    /// Endpoints that were subscribed.
    std::vector<engine::EndpointId> new_endpoints{};

    bool empty() const {
        return grown.empty() && cut.empty() && published.empty() && deleted_topics.empty() && new_endpoints.empty();
    }
    /// Takes over what the other has; it is empty then.
    void append(StreamNews& other) {
        grown.insert(grown.end(), other.grown.begin(), other.grown.end());
        cut.insert(cut.end(), other.cut.begin(), other.cut.end());
        published.insert(published.end(), std::make_move_iterator(other.published.begin()),
                         std::make_move_iterator(other.published.end()));
        deleted_topics.insert(deleted_topics.end(), other.deleted_topics.begin(), other.deleted_topics.end());
        new_endpoints.insert(new_endpoints.end(), other.new_endpoints.begin(), other.new_endpoints.end());
        other = {};
    }
};

}  // namespace tern::runtime
