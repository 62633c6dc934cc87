#include "tests/crash/restart_topics.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "broker/engine/message_record.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/topic_queries.hpp"
#include "protocol/limits.hpp"
#include "tests/crash/names.hpp"

namespace tern::crash {
namespace {

constexpr std::size_t values_max = 1000;

/// After a restart everything that is there is durable.
engine::DurableEnd all_durable() {
    return [](engine::StreamPartition) { return std::optional<std::uint64_t>(); };
}

FoundPublication found_of(const engine::StoredPublication& stored) {
    return {stored.offset, stored.publication.subject, std::string(stored.publication.data)};
}

void show_publications(const store::ReadTransaction& snapshot, std::uint32_t id, FoundTopic& topic, Found& found) {
    for (auto offset = topic.start_offset; offset < topic.end_offset;) {
        const auto piece = engine::read_history(snapshot, id, offset, {}, all_durable());
        if (!piece.has_value() || piece->publications.empty()) {
            found.faults.push_back("a history cannot be read at offset " + std::to_string(offset));
            return;
        }
        for (const auto& each : piece->publications) topic.publications.push_back(found_of(each));
        offset = piece->next_offset;
    }
}

/// The name of the publication in a message.
std::optional<std::string> published_in(BytesView message, engine::SubscriptionKind kind) {
    if (kind == engine::SubscriptionKind::durable) {
        const auto durable = engine::read_durable_message(message);
        return durable ? std::optional(name_in(durable->stored.publication.data)) : std::nullopt;
    }
    const auto record = engine::decode_message(message);
    return record ? std::optional(name_in(record->body)) : std::nullopt;
}

/// Of the queue of a subscription; nothing when there is none.
std::optional<std::multiset<std::string>> names_behind(const store::ReadTransaction& snapshot, Timestamp now,
                                                       const engine::SubscriptionDescription& subscription,
                                                       Found& found) {
    const auto& queue = subscription.queue;
    const engine::PeekFilter everything{static_cast<std::int64_t>(protocol::peek_messages_max), true, true, true};
    const auto peeked = engine::peek(snapshot, now, queue, everything);
    if (!peeked.has_value()) return std::nullopt;
    std::multiset<std::string> names;
    for (const auto& message : peeked->messages) {
        const auto name = published_in(message.record, subscription.kind);
        if (name) names.insert(*name);
        if (!name) found.faults.push_back("queue " + queue.name + " holds what cannot be read");
    }
    if (peeked->messages.size() == protocol::peek_messages_max)
        found.faults.push_back("queue " + queue.name + " holds more than a peek shows: the load is too large");
    return names;
}

}  // namespace

void show_topics(const store::ReadTransaction& snapshot, Timestamp now, const History& history, Found& found) {
    for (const auto& [name, known] : history.topics) {
        const auto described = engine::describe_topic(snapshot, {{}, name}, all_durable());
        if (!described.has_value()) continue;
        auto& topic = found.topics[name];
        topic.start_offset = described->start_offset;
        topic.end_offset = described->end_offset;
        show_publications(snapshot, described->id, topic, found);
        const auto values = engine::read_retained(snapshot, described->id, name + ".>", {}, {values_max});
        if (!values.has_value()) found.faults.push_back("the last values of " + name + " cannot be read");
        if (values.has_value())
            for (const auto& value : values->publications) topic.values[value.publication.subject] = found_of(value);
        const auto subscriptions = engine::list_subscriptions(snapshot, now, {{}, name}, {});
        if (!subscriptions.has_value()) continue;
        for (const auto& each : subscriptions->subscriptions) {
            auto names = names_behind(snapshot, now, each, found);
            if (!names) continue;
            if (each.kind == engine::SubscriptionKind::durable) topic.waiting = std::move(names);
            if (each.kind == engine::SubscriptionKind::queue) topic.queues[each.queue.name] = std::move(*names);
        }
    }
}

}  // namespace tern::crash
