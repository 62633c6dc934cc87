#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/annotations.hpp"
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
    /// On a topic that is there these must be among its tags (docs/aws.md sns-2).
    std::vector<QueueTag> tags;
    /// What a topic gets that is made by this command, before `settings`; not compared with one that is there.
    TopicSettingsChange settings_when_new{};
    Annotations annotations{};
};
struct SetTopic {
    TopicName topic;
    TopicSettingsChange settings;
    Annotations annotations{};
    /// Set or added.
    std::vector<QueueTag> tags{};
    std::vector<std::string> tags_removed{};
    /// Texts that must be there (an empty one: that must not), or the command is refused with topic_exists and the name
    /// of one that is another: for changes that rest on what was read before.
    Annotations annotations_expected{};
};
/// Removes its history, its subscriptions and the queues of its durable and endpoint subscriptions, too.
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
    /// A topic that does not exist is not made.
    bool topic_must_exist = false;
    /// Deduplication ids count within their group only (docs/aws.md sns-11).
    bool deduplicated_by_group = false;
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
    Annotations annotations{};
    /// The queue and the dead-letter queue need not be there (yet): their names tell whether they are FIFO.
    bool queues_may_be_missing = false;
};
struct AddSubscription {
    TopicName topic;
    std::string queue;
    SubscriptionSettingsChange settings;
    /// Nothing: the topic's.
    std::optional<std::string> queue_namespace{};
};
/// Subscribes what is outside of the broker: its publications wait in a hidden queue until somebody delivers them. As
/// long as it is not confirmed, it gets none.
struct AddEndpoint {
    TopicName topic;
    /// 1 to 32 of a-z 0-9 -, such as https.
    std::string protocol;
    /// 1 to 2048 bytes: an address as the protocol has it.
    std::string endpoint;
    SubscriptionSettingsChange settings;
    bool confirmed = false;
    /// What confirms it; up to 256 bytes.
    std::string token{};
    /// How long its publications wait at most; nothing: 14 days.
    std::optional<Milliseconds> retention{};
    /// Put into its queue unless it is confirmed: the request to confirm, with the token in it.
    std::shared_ptr<const PublicationBatch> request{};
};
/// Confirms the endpoint subscription that has the token; once more is no error.
struct ConfirmEndpoint {
    TopicName topic;
    std::string token;
};
struct SetSubscription {
    TopicName topic;
    std::string subscription;
    SubscriptionSettingsChange settings;
};
/// Of a durable or endpoint one with all that waits in it.
struct RemoveSubscription {
    TopicName topic;
    std::string subscription;
    /// What an endpoint that was confirmed is told after its end: waits in the farewell queue (hidden_names.hpp).
    std::shared_ptr<const PublicationBatch> farewell{};
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
