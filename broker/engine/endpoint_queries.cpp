#include "broker/engine/endpoint_queries.hpp"

#include <utility>

#include "broker/engine/hidden_names.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/topic_rows.hpp"
#include "broker/engine/topics.hpp"

namespace tern::engine {

using store::Table;

std::vector<EndpointId> list_endpoints(const store::ReadTransaction& snapshot,
                                       const std::function<bool(std::string_view protocol)>& wanted) {
    std::vector<EndpointId> endpoints;
    const auto cursor = snapshot.cursor(Table::subscriptions);
    for (bool more = cursor->seek({}); more; more = cursor->next()) {
        const auto value = cursor->value();
        const auto row = value ? decode_subscription_row(value.bytes()) : std::nullopt;
        if (!row || row->kind != SubscriptionKind::endpoint || !wanted(row->protocol)) continue;
        store::KeyReader reader(cursor->key());
        const auto topic = reader.u32();
        endpoints.push_back({topic, reader.u32()});
    }
    if (read_queue(snapshot, hidden_names::farewell_queue()).has_value()) endpoints.push_back(farewells);
    return endpoints;
}

std::optional<EndpointDescription> describe_endpoint(const store::ReadTransaction& snapshot, EndpointId id) {
    const auto stored = snapshot.get(Table::subscriptions, keys::subscription(id.topic, id.subscription).view());
    auto row = stored ? decode_subscription_row(stored.bytes()) : std::nullopt;
    if (!row || row->kind != SubscriptionKind::endpoint) return std::nullopt;
    auto topic = read_topic(snapshot, id.topic);
    if (!topic.has_value()) return std::nullopt;
    EndpointDescription description{id, topic->row.topic, std::move(topic->row.annotations), {}};
    auto& to = description.subscription;
    to.kind = SubscriptionKind::endpoint;
    to.queue = hidden_queue(description.topic, id.topic, *row);
    to.subscription = std::move(row->name);
    to.raw = row->raw;
    to.dead_letter_queue = std::move(row->dead_letter_queue);
    to.created_at = row->created_at;
    to.protocol = std::move(row->protocol);
    to.endpoint = std::move(row->endpoint);
    to.confirmed = row->confirmed;
    to.annotations = std::move(row->annotations);
    return description;
}

}  // namespace tern::engine
