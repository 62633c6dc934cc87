// Queries about the subscriptions that a topic keeps.

#include "broker/base/base64url.hpp"
#include "broker/engine/catalog_page.hpp"
#include "broker/engine/numbered_id.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/engine/topics.hpp"

namespace tern::engine {
namespace {

using store::Table;

std::uint64_t waiting_in(const store::ReadTransaction& snapshot, const QueueName& name) {
    const auto queue = read_queue(snapshot, name);
    if (!queue.has_value()) return 0;
    return queue->counters.visible + queue->counters.in_flight + queue->counters.delayed;
}

SubscriptionDescription description_of(const store::ReadTransaction& snapshot, const StoredTopic& topic,
                                       std::uint32_t number, SubscriptionRow row) {
    SubscriptionDescription description;
    description.kind = row.kind;
    description.queue = subscribed_queue(topic.row.topic, row);
    if (row.kind != SubscriptionKind::queue) {
        description.queue = hidden_queue(topic.row.topic, topic.id, row);
        description.waiting = waiting_in(snapshot, description.queue);
    }
    const auto counters = read_subscription_counters(snapshot, topic.id, number);
    description.delivered = counters.delivered;
    description.failed = counters.failed;
    description.subscription = std::move(row.name);
    description.pattern = std::move(row.pattern);
    description.filter_policy = std::move(row.filter_policy);
    description.filter_scope = row.filter_scope;
    description.raw = row.raw;
    description.dead_letter_queue = std::move(row.dead_letter_queue);
    description.created_at = row.created_at;
    description.protocol = std::move(row.protocol);
    description.endpoint = std::move(row.endpoint);
    description.confirmed = row.confirmed;
    description.token = std::move(row.token);
    description.annotations = std::move(row.annotations);
    return description;
}

/// The row of the number that the name tells, if it is of that name.
std::optional<SubscriptionDescription> look_by_number(const store::ReadTransaction& snapshot, const StoredTopic& topic,
                                                      const std::string& name) {
    const auto number = number_in(name);
    if (!number) return std::nullopt;
    const auto stored = snapshot.get(Table::subscriptions, keys::subscription(topic.id, *number).view());
    auto row = stored ? decode_subscription_row(stored.bytes()) : std::nullopt;
    if (!row || row->name != name) return std::nullopt;
    return description_of(snapshot, topic, *number, std::move(*row));
}

}  // namespace

Result<SubscriptionDescription> describe_subscription(const store::ReadTransaction& snapshot, const TopicName& name,
                                                      const std::string& subscription) {
    const auto topic = read_topic(snapshot, name);
    if (!topic.has_value()) return topic.error();
    if (auto found = look_by_number(snapshot, *topic, subscription)) return std::move(*found);
    // Durable ones, and those that were added when ids did not tell a number.
    const auto prefix = keys::topic(topic->id);
    const auto cursor = snapshot.cursor(Table::subscriptions);
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto value = cursor->value();
        auto row = value ? decode_subscription_row(value.bytes()) : std::nullopt;
        if (!row || row->name != subscription) continue;
        const auto number = store::KeyReader(cursor->key().substr(prefix.size())).u32();
        return description_of(snapshot, *topic, number, std::move(*row));
    }
    return Errc::subscription_does_not_exist;
}

Result<SubscriptionPage> list_subscriptions(const store::ReadTransaction& snapshot, Timestamp /*now*/,
                                            const TopicName& name, const Page& page) {
    if (const auto errc = check_page(page); errc != Errc::ok) return errc;
    const auto last_listed = decode_base64url(page.token);
    if (!last_listed || (!last_listed->empty() && last_listed->size() != sizeof(std::uint32_t)))
        return Errc::page_token_invalid;
    const auto topic = read_topic(snapshot, name);
    if (!topic.has_value()) return topic.error();

    SubscriptionPage listed;
    const auto prefix = keys::topic(topic->id);
    const auto start = store::Key(prefix).raw(*last_listed);
    const auto cursor = snapshot.cursor(Table::subscriptions);
    Bytes last;
    for (bool more = cursor->seek(start.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto number = cursor->key().substr(prefix.size());
        if (number == *last_listed) continue;
        if (listed.subscriptions.size() == static_cast<std::size_t>(page.entries_max)) {
            listed.next_token = encode_base64url(last);
            break;
        }
        last = Bytes(number);
        const auto value = cursor->value();
        auto row = value ? decode_subscription_row(value.bytes()) : std::nullopt;
        if (!row) continue;
        listed.subscriptions.push_back(
            description_of(snapshot, *topic, store::KeyReader(number).u32(), std::move(*row)));
    }
    return listed;
}

}  // namespace tern::engine
