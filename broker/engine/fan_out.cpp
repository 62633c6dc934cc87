#include "broker/engine/fan_out.hpp"

#include "broker/engine/deduplication.hpp"
#include "broker/engine/envelope.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/sending.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {

void FanOut::deliver(const Published& published) {
    batch_.topics.read_subscriptions(batch_, topic_);
    if (topic_.subscriptions.empty()) return;
    made_ = {};
    for (const auto number : topic_.index.match(published.publication())) {
        auto& subscription = *topic_.subscriptions.at(static_cast<std::uint32_t>(number));
        if (deliver_to(subscription, published)) {
            ++subscription.counters.delivered;
            ++batch_.counters.deliveries;
            batch_.counters.delivered_bytes += published.publication().data.size();
        } else {
            ++subscription.counters.failed;
            ++batch_.counters.deliveries_failed;
            send_to_dead_letters(subscription, published);
        }
        batch_.topics.touch(topic_, subscription);
    }
}

bool FanOut::deliver_to(const Subscription& subscription, const Published& published) {
    if (subscription.row.kind == SubscriptionKind::durable) return enqueue_durable(subscription, published);
    return send(subscription.row.queue, subscription.row.raw, published);
}

/// Not as a message that somebody sends: it may have any number of attributes, and its size was checked by the topic.
bool FanOut::enqueue_durable(const Subscription& subscription, const Published& published) {
    const auto name = hidden_names::durable_queue(topic_.row.topic, topic_.id, subscription.row.name);
    const auto queue = batch_.queues.find(batch_.transaction, name);
    if (!queue.has_value()) return false;
    if (!made_.durable_attributes) made_.durable_attributes = durable_attributes(published, topic_.epoch());

    MessageRecord record;
    record.id = published.id;
    record.secret = batch_.random.next();
    record.sent_at = batch_.now;
    record.first_available_at = batch_.now;
    record.group_id = published.publication().group_id;
    record.attributes = *made_.durable_attributes;
    record.body = published.publication().data;
    kind::enqueue(batch_, **queue, record);
    ++(*queue)->counters.sent;
    return true;
}

bool FanOut::send(const std::string& queue_name, bool raw, const Published& published) {
    const auto found = batch_.queues.find(batch_.transaction, {topic_.row.topic.namespace_name, queue_name});
    if (!found.has_value()) return false;
    auto& queue = **found;
    const auto& publication = published.publication();
    NewMessage message;
    if (raw) {
        message.body = publication.data;
        message.attributes = message_attributes(publication);
    } else {
        const auto sequence = topic_.settings().fifo ? published.offset.value_or(0) + 1 : 0;
        if (!made_.envelope) made_.envelope = envelope_of(topic_.row.topic, published, sequence);
        message.body = *made_.envelope;
    }
    message.group_id = publication.group_id;
    if (queue.settings().fifo) {
        if (!made_.deduplication_id)
            made_.deduplication_id = publication.deduplication_id ? *publication.deduplication_id
                                                                  : deduplication::content_id(publication.data);
        message.deduplication_id = *made_.deduplication_id;
    }
    return send_message(batch_, queue, message).status == Errc::ok;
}

void FanOut::send_to_dead_letters(const Subscription& subscription, const Published& published) {
    if (subscription.row.dead_letter_queue.empty()) return;
    // A message cannot have more attributes; the envelope can.
    const bool fits = published.publication().attributes.size() <= protocol::message_attributes_max;
    send(subscription.row.dead_letter_queue, subscription.row.raw && fits, published);
}

}  // namespace tern::engine
