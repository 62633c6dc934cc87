#include "broker/engine/fan_out.hpp"

#include <algorithm>

#include "broker/engine/deduplication.hpp"
#include "broker/engine/endpoint_queue.hpp"
#include "broker/engine/envelope.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/sending.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// The body that a subscription gets where it is not the publication's data; null: it is.
const ProtocolBody* own_body(const SubscriptionRow& row, const PublicationExtras& extras) {
    const auto protocol = body_protocol(row);
    return protocol.empty() ? nullptr : extras.body_for(protocol);
}

}  // namespace

/// A policy for bodies looks at the one that its subscription gets (docs/aws.md sns-8).
std::vector<std::uint64_t> FanOut::matched_by_protocol(const Publication& publication) {
    std::vector<std::uint64_t> matched;
    const auto take = [&](const std::vector<std::uint64_t>& found, const ProtocolBody* body) {
        for (const auto number : found) {
            const auto& row = topic_.subscriptions.at(static_cast<std::uint32_t>(number))->row;
            if (own_body(row, *publication.extras) == body) matched.push_back(number);
        }
    };
    take(topic_.index.match(publication), nullptr);
    for (const auto& body : publication.extras->bodies) {
        FilterInput input(publication.attributes, body.body);
        take(topic_.index.match(publication.subject, input), &body);
    }
    std::ranges::sort(matched);
    return matched;
}

void FanOut::deliver(const Published& published) {
    batch_.topics.read_subscriptions(batch_, topic_);
    if (topic_.subscriptions.empty()) return;
    made_ = {};
    const auto& publication = published.publication();
    const bool has_bodies = publication.extras && !publication.extras->bodies.empty();
    const auto by_protocol = has_bodies ? matched_by_protocol(publication) : std::vector<std::uint64_t>();
    for (const auto number : has_bodies ? by_protocol : topic_.index.match(publication)) {
        auto& subscription = *topic_.subscriptions.at(static_cast<std::uint32_t>(number));
        if (deliver_to(subscription, published)) {
            ++subscription.counters.delivered;
            ++batch_.counters.deliveries;
            batch_.counters.delivered_bytes += publication.data.size();
        } else {
            ++subscription.counters.failed;
            ++batch_.counters.deliveries_failed;
            send_to_dead_letters(subscription, published);
        }
        batch_.topics.touch(topic_, subscription);
    }
}

bool FanOut::deliver_to(const Subscription& subscription, const Published& published) {
    const auto& row = subscription.row;
    if (row.kind == SubscriptionKind::durable) return enqueue_durable(subscription, published);
    if (row.kind == SubscriptionKind::endpoint) return endpoint_queue::put(batch_, topic_, subscription, published);
    return send({subscribed_queue(topic_.row.topic, row), row.name, row.raw}, published);
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

BytesView FanOut::enveloped(const Target& target, const Published& published) {
    const auto sequence = topic_.settings().fifo ? published.offset.value_or(0) + 1 : 0;
    auto& envelope = made_.envelope;
    // All but the dead letters of endpoints are of one protocol.
    if (!envelope || made_.envelope_protocol != target.protocol) {
        envelope = envelope_of(envelope_content(topic_.row.topic, published, sequence, target.protocol));
        made_.envelope_protocol = target.protocol;
    }
    if (envelope->unsubscribe_at == 0) return envelope->json;
    addressed_ = addressed(*envelope, published.publication(), target.subscription);
    return addressed_;
}

bool FanOut::send(const Target& target, const Published& published) {
    const auto found = find_users_queue(batch_, target.queue);
    if (!found.has_value()) return false;
    auto& queue = **found;
    const auto& publication = published.publication();
    NewMessage message;
    if (target.raw) {
        const auto* body = publication.extras ? publication.extras->body_for(target.protocol) : nullptr;
        message.body = body != nullptr ? body->body : publication.data;
        message.attributes = raw_attributes(publication);
    } else {
        message.body = enveloped(target, published);
    }
    // A FIFO topic keeps its groups from standard queues (docs/aws.md sns-21).
    if (queue.settings().fifo == topic_.settings().fifo) message.group_id = publication.group_id;
    if (publication.extras) message.trace_header = publication.extras->trace_header;
    if (queue.settings().fifo) {
        if (!made_.deduplication_id)
            made_.deduplication_id = publication.deduplication_id ? *publication.deduplication_id
                                                                  : deduplication::content_id(publication.data);
        message.deduplication_id = *made_.deduplication_id;
    }
    return send_message(batch_, queue, message).status == Errc::ok;
}

void FanOut::send_to_dead_letters(const Subscription& subscription, const Published& published) {
    const auto& row = subscription.row;
    if (row.dead_letter_queue.empty()) return;
    // A message cannot have more attributes; the envelope can.
    const bool fits = published.publication().attributes.size() <= protocol::message_attributes_max;
    send({{topic_.row.topic.namespace_name, row.dead_letter_queue}, row.name, row.raw && fits, body_protocol(row)},
         published);
}

}  // namespace tern::engine
