#include "broker/engine/endpoint_queue.hpp"

#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"

namespace tern::engine::endpoint_queue {
namespace {

/// What goes with the one body that the endpoint gets.
Bytes extras_for(const Published& published, const ProtocolBody* body) {
    const auto& given = published.publication().extras;
    auto extras = given ? *given : PublicationExtras{};
    if (body != nullptr) extras.signature = body->signature;
    extras.bodies.clear();
    return encode(extras);
}

}  // namespace

bool put(Batch& batch, const Topic& topic, const Subscription& subscription, const Published& published) {
    const auto queue = batch.queues.find(batch.transaction, hidden_queue(topic.row.topic, topic.id, subscription.row));
    if (!queue.has_value()) return false;
    const auto& publication = published.publication();
    const auto* body = publication.extras ? publication.extras->body_for(subscription.row.protocol) : nullptr;
    const auto extras = extras_for(published, body);
    const auto attributes = durable_attributes(published, topic.epoch(), extras);

    MessageRecord record;
    record.id = published.id;
    record.secret = batch.random.next();
    record.sent_at = batch.now;
    record.first_available_at = batch.now;
    record.group_id = publication.group_id;
    // A request to confirm has no group of its own, and a FIFO queue keeps no message without one.
    if (topic.settings().fifo && publication.group_id.empty()) record.group_id = "tern.requests";
    record.attributes = attributes;
    record.body = body != nullptr ? body->body : publication.data;
    kind::enqueue(batch, **queue, record);
    ++(*queue)->counters.sent;
    return true;
}

}  // namespace tern::engine::endpoint_queue
