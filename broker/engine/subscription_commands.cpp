#include "broker/engine/subscription_commands.hpp"

#include <utility>

#include "broker/engine/hidden_names.hpp"
#include "broker/engine/publication_record.hpp"
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
    const auto difference = first_difference(subscription.row, command.settings);
    if (!difference.empty()) return refuse(Errc::subscription_exists, std::string(difference));
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

}  // namespace

Answer add_subscription(Batch& batch, const AddSubscription& command) {
    const auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value()) return refuse(found.error());
    auto& topic = **found;
    batch.topics.read_subscriptions(batch, topic);
    const auto known = topic.subscriptions_by_queue.find(command.queue);
    if (known != topic.subscriptions_by_queue.end()) return compare_with(*known->second, command);

    const auto queue = batch.queues.find(batch.transaction, {command.topic.namespace_name, command.queue});
    if (!queue.has_value()) return refuse(queue.error());
    if ((*queue)->settings().fifo && !topic.settings().fifo) return refuse(Errc::fifo_queue_on_standard_topic);
    SubscriptionRow row;
    row.queue = command.queue;
    row.created_at = batch.now;
    auto refusal = change(batch, command.topic, row, command.settings);
    if (refusal.errc != Errc::ok) return refuse(refusal.errc, std::move(refusal.detail));
    if (topic.row.subscriptions >= batch.limits.subscriptions_per_topic_max)
        return refuse(Errc::too_many_subscriptions);

    row.name = text_of(MessageId{batch.random.next(), batch.random.next()});
    return added(batch.topics.add_subscription(batch, topic, std::move(row)), true);
}

Answer set_subscription(Batch& batch, const SetSubscription& command) {
    const auto found = find_subscription(batch, command.topic, command.subscription);
    if (!found.has_value()) return refuse(found.error());
    auto row = found->subscription->row;
    auto refusal = change(batch, command.topic, row, command.settings);
    if (refusal.errc != Errc::ok) return refuse(refusal.errc, std::move(refusal.detail));
    batch.topics.change_subscription(batch, *found->topic, *found->subscription, std::move(row));
    return done();
}

Answer remove_subscription(Batch& batch, const RemoveSubscription& command) {
    const auto found = find_subscription(batch, command.topic, command.subscription);
    if (!found.has_value()) return refuse(found.error());
    const auto& [topic, subscription] = *found;
    if (subscription->row.kind == SubscriptionKind::durable) {
        const auto name = hidden_names::durable_queue(command.topic, topic->id, subscription->row.name);
        const auto queue = batch.queues.find(batch.transaction, name);
        if (queue.has_value()) remove_queue(batch, **queue);
    }
    batch.topics.remove_subscription(batch, *topic, *subscription);
    return done();
}

}  // namespace tern::engine
