#pragma once

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/topic.hpp"

/// Commands about subscriptions that are kept: of queues, of endpoints, and durable ones. Each checks everything first
/// and writes afterwards.
namespace tern::engine {

/// Adding is idempotent: the same queue with the same settings again is answered with the subscription that there is,
/// others are refused, naming the first that differs (docs/aws.md sns-13, sns-14).
/// Errors: topic_does_not_exist, queue_does_not_exist, fifo_queue_on_standard_topic, subscription_exists,
/// too_many_subscriptions, and those of the settings.
Answer add_subscription(Batch& batch, const AddSubscription& command);
/// Errors: topic_does_not_exist, subscription_does_not_exist, and those of the settings.
Answer set_subscription(Batch& batch, const SetSubscription& command);
Answer remove_subscription(Batch& batch, const RemoveSubscription& command);

/// As add_subscription, by protocol and endpoint. One that waits for its confirmation takes the new token, and its
/// request is sent again. Errors: subscription_setting_invalid (protocol, endpoint, token), and those of adding a
/// queue.
Answer add_endpoint(Batch& batch, const AddEndpoint& command);
/// Errors: topic_does_not_exist; subscription_does_not_exist for a token that nobody has.
Answer confirm_endpoint(Batch& batch, const ConfirmEndpoint& command);

/// Errors: durable_name_invalid, subscription_exists when the name is the id of a queue's subscription,
/// too_many_subscriptions, redrive_not_allowed, those of the settings, and what making a topic by use can be refused
/// for.
Answer open_durable(Batch& batch, const OpenDurable& command);
/// What a durable subscription gives up goes from now on where its changed row says; nowhere, and it is not given up.
/// Errors: redrive_policy_invalid, redrive_not_allowed; then nothing is changed.
Errc move_dead_letters(Batch& batch, const Topic& topic, const SubscriptionRow& row);

}  // namespace tern::engine
