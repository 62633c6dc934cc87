#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/engine/endpoint_id.hpp"
#include "broker/engine/topic_queries.hpp"

/// What whoever delivers to endpoints asks: read from a snapshot, on any thread.
namespace tern::engine {

struct EndpointDescription {
    EndpointId id;
    TopicName topic;
    Annotations topic_annotations{};
    SubscriptionDescription subscription;
};

/// All endpoints of protocols for which `wanted` is true, and `farewells` if there is its queue. Looks at every
/// subscription: for the start.
std::vector<EndpointId> list_endpoints(const store::ReadTransaction& snapshot,
                                       const std::function<bool(std::string_view protocol)>& wanted);

/// Nothing when it is gone, or not an endpoint, or damaged; counters and what waits are left out.
std::optional<EndpointDescription> describe_endpoint(const store::ReadTransaction& snapshot, EndpointId id);

}  // namespace tern::engine
