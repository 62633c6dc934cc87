#include "broker/engine/endpoint_queue.hpp"

#include <utility>

#include "broker/engine/envelope.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "protocol/limits.hpp"

namespace tern::engine::endpoint_queue {
namespace {

constexpr Milliseconds farewell_retention = std::chrono::hours(24);

/// What goes with the one body that the endpoint gets.
Bytes extras_for(const Published& published, const ProtocolBody* body) {
    const auto& given = published.publication().extras;
    auto extras = given ? *given : PublicationExtras{};
    if (body != nullptr) extras.signature = body->signature;
    extras.bodies.clear();
    return encode(extras);
}

void enqueue(Batch& batch, Queue& queue, const Published& published, std::string_view epoch, const Bytes& extras,
             BytesView body) {
    const auto attributes = durable_attributes(published, std::string(epoch), extras);
    MessageRecord record;
    record.id = published.id;
    record.secret = batch.random.next();
    record.sent_at = batch.now;
    record.first_available_at = batch.now;
    record.group_id = published.publication().group_id;
    // A request to confirm has no group of its own, and a FIFO queue keeps no message without one.
    if (queue.settings().fifo && record.group_id.empty()) record.group_id = "tern.requests";
    record.attributes = attributes;
    record.body = body;
    kind::enqueue(batch, queue, record);
    ++queue.counters.sent;
}

Queue& farewell_queue(Batch& batch) {
    const auto name = hidden_names::farewell_queue();
    const auto known = batch.queues.find(batch.transaction, name);
    if (known.has_value()) return **known;
    QueueSettings settings;
    settings.retention = farewell_retention;
    settings.message_bytes_max = static_cast<std::int64_t>(protocol::message_bytes_max);
    auto& queue = batch.queues.add(batch.transaction, {name, std::move(settings), {}, batch.now, batch.now}, batch.now);
    batch.new_endpoints.push_back(farewells);
    return queue;
}

}  // namespace

bool put(Batch& batch, const Topic& topic, const Subscription& subscription, const Published& published) {
    const auto queue = batch.queues.find(batch.transaction, hidden_queue(topic.row.topic, topic.id, subscription.row));
    if (!queue.has_value()) return false;
    const auto& publication = published.publication();
    const auto* body = publication.extras ? publication.extras->body_for(body_protocol(subscription.row)) : nullptr;
    enqueue(batch, **queue, published, topic.epoch(), extras_for(published, body),
            body != nullptr ? body->body : publication.data);
    return true;
}

void put_farewell(Batch& batch, const Topic& topic, const Subscription& subscription, const Publication& farewell) {
    auto extras = farewell.extras ? *farewell.extras : PublicationExtras{};
    if (extras.topic_arn.empty()) extras.topic_arn = topic_arn(topic.row.topic);
    extras.farewell_endpoint = subscription.row.endpoint;
    extras.farewell_subscription = subscription.row.name;
    const auto id = extras.id.value_or(MessageId{batch.random.next(), batch.random.next()});
    const Published published{topic.id, {}, batch.now,
                              id,       0,  std::make_shared<const PublicationBatch>(PublicationBatch{farewell})};
    enqueue(batch, farewell_queue(batch), published, topic.epoch(), encode(extras), farewell.data);
}

}  // namespace tern::engine::endpoint_queue
