#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/queue_name.hpp"
#include "broker/engine/queue_settings.hpp"
#include "broker/engine/topic_settings.hpp"

/// What the engine can be told to do with topics.
namespace tern::engine {

using TopicName = QueueName;
struct Publication;
using PublicationBatch = std::vector<Publication>;

struct CreateTopic {
    TopicName topic;
    TopicSettingsChange settings;
    std::vector<QueueTag> tags;
};
struct SetTopic {
    TopicName topic;
    TopicSettingsChange settings;
};
/// Removes its history, its subscriptions and the queues of its durable subscriptions, too.
struct DeleteTopic {
    TopicName topic;
};

/// Publishes each entry for itself: a refused one leaves the others alone. Publish, history and fan-out into subscribed
/// queues are one transaction.
struct Publish {
    TopicName topic;
    std::shared_ptr<const PublicationBatch> batch;
    /// Pushed to who is there, kept nowhere and given to no queue.
    bool ephemeral = false;
};

/// Numbers are stored and on the wire.
enum class FilterScope : std::uint8_t { attributes = 0, body = 1 };

struct SubscriptionSettingsChange {
    /// Empty: all of the topic.
    std::optional<std::string> pattern{};
    /// JSON; "" or {} removes it.
    std::optional<std::string> filter_policy{};
    std::optional<FilterScope> filter_scope{};
    std::optional<bool> raw{};
    /// In the topic's namespace; "" removes it.
    std::optional<std::string> dead_letter_queue{};
};
struct AddSubscription {
    TopicName topic;
    /// In the topic's namespace.
    std::string queue;
    SubscriptionSettingsChange settings;
};
struct SetSubscription {
    TopicName topic;
    std::string subscription;
    SubscriptionSettingsChange settings;
};
/// Of a durable one with all that waits in it.
struct RemoveSubscription {
    TopicName topic;
    std::string subscription;
};
/// Makes the durable subscription if need be, from now on, and answers with its queue: sessions receive from that, and
/// what they delete there is acknowledged. With other settings than it has it is changed.
struct OpenDurable {
    TopicName topic;
    std::string name;
    SubscriptionSettingsChange settings;
    /// 1 s to 12 h.
    std::optional<Milliseconds> ack_wait;
    /// 0: no limit.
    std::uint32_t deliveries_max = 0;
};
/// Sees to it that the topic exists, by the broker's setting: for sessions that subscribe before anybody publishes.
struct EnsureTopic {
    TopicName topic;
};

}  // namespace tern::engine
