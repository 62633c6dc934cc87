// Subscriptions of endpoints outside of the broker: publications wait for their delivery in hidden queues.

#include <algorithm>
#include <string_view>
#include <utility>

#include "broker/engine/endpoint_queue.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/numbered_id.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/subscription_commands.hpp"
#include "broker/engine/subscription_settings.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr std::size_t protocol_bytes_max = 32;
constexpr std::size_t endpoint_bytes_max = 2048;
constexpr std::size_t token_bytes_max = 256;
constexpr Milliseconds endpoint_retention_max = std::chrono::hours(14 * 24);

bool valid_protocol(std::string_view name) {
    return !name.empty() && name.size() <= protocol_bytes_max && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

/// The first field that cannot be; empty when there is none.
std::string_view invalid_field(const AddEndpoint& command) {
    if (!valid_protocol(command.protocol)) return "protocol";
    if (command.endpoint.empty() || command.endpoint.size() > endpoint_bytes_max) return "endpoint";
    if (command.token.size() > token_bytes_max || (command.token.empty() && !command.confirmed)) return "token";
    return {};
}

Answer endpoint_answer(const Subscription& subscription, bool created) {
    return {Errc::ok, {}, SubscriptionAdded{subscription.row.name, created, subscription.row.confirmed}};
}

void send_request(Batch& batch, const Topic& topic, const Subscription& subscription, const AddEndpoint& command) {
    if (subscription.row.confirmed || !command.request || command.request->empty()) return;
    const auto& extras = command.request->front().extras;
    const Published request{topic.id,       {}, batch.now, extras && extras->id ? *extras->id : MessageId{}, 0,
                            command.request};
    endpoint_queue::put(batch, topic, subscription, request);
}

Answer ask_again(Batch& batch, Topic& topic, Subscription& subscription, const AddEndpoint& command) {
    auto difference = first_difference(subscription.row, command.settings);
    if (!difference.empty()) return refuse(Errc::subscription_exists, std::move(difference));
    if (!subscription.row.confirmed) {
        auto row = subscription.row;
        row.token = command.token;
        row.confirmed = command.confirmed;
        batch.topics.change_subscription(batch, topic, subscription, std::move(row));
        send_request(batch, topic, subscription, command);
    }
    return endpoint_answer(subscription, false);
}

void make_queue(Batch& batch, const Topic& topic, const SubscriptionRow& row, std::optional<Milliseconds> retention) {
    QueueSettings settings;
    settings.fifo = topic.settings().fifo;
    settings.retention = std::min(retention.value_or(endpoint_retention_max), endpoint_retention_max);
    settings.message_bytes_max = static_cast<std::int64_t>(protocol::message_bytes_max);
    QueueRow queue{hidden_queue(topic.row.topic, topic.id, row), std::move(settings), {}, batch.now, batch.now};
    batch.queues.add(batch.transaction, std::move(queue), batch.now);
}

}  // namespace

Answer add_endpoint(Batch& batch, const AddEndpoint& command) {
    const auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value()) return refuse(found.error());
    if (const auto field = invalid_field(command); !field.empty())
        return refuse(Errc::subscription_setting_invalid, std::string(field));
    auto& topic = **found;
    batch.topics.read_subscriptions(batch, topic);
    SubscriptionRow row;
    row.kind = SubscriptionKind::endpoint;
    row.protocol = command.protocol;
    row.endpoint = command.endpoint;
    row.confirmed = command.confirmed;
    row.token = command.token;
    row.created_at = batch.now;
    const auto known = topic.subscriptions_by_target.find(row.target());
    if (known != topic.subscriptions_by_target.end()) return ask_again(batch, topic, *known->second, command);

    auto refusal = change(batch, command.topic, row, command.settings);
    if (refusal.errc != Errc::ok) return refuse(refusal.errc, std::move(refusal.detail));
    if (topic.row.subscriptions >= batch.limits.subscriptions_per_topic_max)
        return refuse(Errc::too_many_subscriptions);
    row.name = numbered_id(batch.random, topic.row.next_subscription);
    make_queue(batch, topic, row, command.retention);
    auto& subscription = batch.topics.add_subscription(batch, topic, std::move(row));
    batch.new_endpoints.push_back({topic.id, subscription.number});
    send_request(batch, topic, subscription, command);
    return endpoint_answer(subscription, true);
}

Answer confirm_endpoint(Batch& batch, const ConfirmEndpoint& command) {
    const auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value()) return refuse(found.error());
    auto& topic = **found;
    batch.topics.read_subscriptions(batch, topic);
    const auto known = topic.subscriptions_by_token.find(command.token);
    if (known == topic.subscriptions_by_token.end()) return refuse(Errc::subscription_does_not_exist);
    auto& subscription = *known->second;
    if (!subscription.row.confirmed) {
        auto row = subscription.row;
        row.confirmed = true;
        batch.topics.change_subscription(batch, topic, subscription, std::move(row));
    }
    return endpoint_answer(subscription, false);
}

}  // namespace tern::engine
