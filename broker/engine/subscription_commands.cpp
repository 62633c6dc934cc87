#include "broker/engine/subscription_commands.hpp"

#include <utility>

#include "broker/engine/endpoint_queue.hpp"
#include "broker/engine/numbered_id.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/subscription_settings.hpp"
#include "broker/engine/topics.hpp"

namespace tern::engine {
namespace {

Answer added(const Subscription& subscription, bool created) {
    return {Errc::ok, {}, SubscriptionAdded{subscription.row.name, created}};
}

Answer compare_with(const Subscription& subscription, const AddSubscription& command) {
    auto difference = first_difference(subscription.row, command.settings);
    if (!difference.empty()) return refuse(Errc::subscription_exists, std::move(difference));
    return added(subscription, false);
}

struct FoundSubscription {
    Topic* topic = nullptr;
    Subscription* subscription = nullptr;
};

/// Errors: topic_does_not_exist, subscription_does_not_exist; storage_damaged.
Result<FoundSubscription> find_subscription(Batch& batch, const TopicName& name, const std::string& subscription) {
    const auto topic = batch.topics.find(batch, name);
    if (!topic.has_value()) return topic.error();
    batch.topics.read_subscriptions(batch, **topic);
    auto* found = (*topic)->subscription(subscription);
    if (found == nullptr) return Errc::subscription_does_not_exist;
    return FoundSubscription{*topic, found};
}

SubscriptionRow new_row(const Batch& batch, const AddSubscription& command) {
    SubscriptionRow row;
    row.queue = command.queue;
    if (command.queue_namespace.value_or(command.topic.namespace_name) != command.topic.namespace_name)
        row.queue_namespace = command.queue_namespace;
    row.created_at = batch.now;
    return row;
}

/// Errors: queue_does_not_exist, fifo_queue_on_standard_topic; storage_damaged.
Errc check_queue(Batch& batch, const AddSubscription& command, const SubscriptionRow& row) {
    const auto name = subscribed_queue(command.topic, row);
    const auto queue = find_users_queue(batch, name);
    const bool missing = !queue.has_value() && queue.error() == Errc::queue_does_not_exist;
    const bool fifo = queue.has_value() ? (*queue)->settings().fifo : name.name.ends_with(".fifo");
    if (!queue.has_value() && !(missing && command.settings.queues_may_be_missing &&
                                valid_namespace(name.namespace_name) && valid_queue_name(name.name, fifo)))
        return queue.error();
    return fifo && !command.topic.name.ends_with(".fifo") ? Errc::fifo_queue_on_standard_topic : Errc::ok;
}

}  // namespace

Answer add_subscription(Batch& batch, const AddSubscription& command) {
    const auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value()) return refuse(found.error());
    auto& topic = **found;
    batch.topics.read_subscriptions(batch, topic);
    auto row = new_row(batch, command);
    const auto known = topic.subscriptions_by_target.find(row.target());
    if (known != topic.subscriptions_by_target.end()) return compare_with(*known->second, command);
    if (const auto errc = check_queue(batch, command, row); errc != Errc::ok) return refuse(errc);
    auto refusal = change(batch, command.topic, row, command.settings);
    if (refusal.errc != Errc::ok) return refuse(refusal.errc, std::move(refusal.detail));
    if (topic.row.subscriptions >= batch.limits.subscriptions_per_topic_max)
        return refuse(Errc::too_many_subscriptions);

    row.name = numbered_id(batch.random, topic.row.next_subscription);
    return added(batch.topics.add_subscription(batch, topic, std::move(row)), true);
}

Answer set_subscription(Batch& batch, const SetSubscription& command) {
    const auto found = find_subscription(batch, command.topic, command.subscription);
    if (!found.has_value()) return refuse(found.error());
    auto row = found->subscription->row;
    auto refusal = change(batch, command.topic, row, command.settings);
    if (refusal.errc != Errc::ok) return refuse(refusal.errc, std::move(refusal.detail));
    if (row.kind == SubscriptionKind::durable && row.dead_letter_queue != found->subscription->row.dead_letter_queue) {
        const auto errc = move_dead_letters(batch, *found->topic, row);
        if (errc != Errc::ok) return refuse(errc, "dead_letter_queue");
    }
    batch.topics.change_subscription(batch, *found->topic, *found->subscription, std::move(row));
    return done();
}

Answer remove_subscription(Batch& batch, const RemoveSubscription& command) {
    const auto found = find_subscription(batch, command.topic, command.subscription);
    if (!found.has_value()) return refuse(found.error());
    const auto& [topic, subscription] = *found;
    if (subscription->row.kind != SubscriptionKind::queue) {
        const auto name = hidden_queue(command.topic, topic->id, subscription->row);
        const auto queue = batch.queues.find(batch.transaction, name);
        if (queue.has_value()) remove_queue(batch, **queue);
    }
    const bool told = subscription->row.kind == SubscriptionKind::endpoint && subscription->row.confirmed;
    if (told && command.farewell && !command.farewell->empty())
        endpoint_queue::put_farewell(batch, *topic, *subscription, command.farewell->front());
    batch.topics.remove_subscription(batch, *topic, *subscription);
    return done();
}

}  // namespace tern::engine
