#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/envelope.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/topic.hpp"

namespace tern::engine {

struct NewMessage;

/// Puts publications into the queues that are subscribed to their topic, and into those of its durable subscriptions,
/// within the transaction that keeps them. A queue that is missing, or that cannot take the message, makes no
/// difference to the publisher: the message goes to the subscription's dead-letter queue, if it has one that can
/// (docs/aws.md sns-20, sns-21, sns-24).
class FanOut {
public:
    FanOut(Batch& batch, Topic& topic) : batch_(batch), topic_(topic) {}

    void deliver(const Published& published);

private:
    /// What is made of one publication when the first subscription needs it.
    struct Made {
        std::optional<Envelope> envelope;
        std::string envelope_protocol;
        std::optional<Bytes> durable_attributes;
        std::optional<Bytes> deduplication_id;
    };

    std::vector<std::uint64_t> matched_by_protocol(const Publication& publication);
    bool deliver_to(const Subscription& subscription, const Published& published);
    bool enqueue_durable(const Subscription& subscription, const Published& published);
    struct Target {
        QueueName queue;
        /// The subscription's id.
        const std::string& subscription;
        bool raw = false;
        /// Whose body it gets.
        std::string_view protocol = "sqs";
    };
    bool send(const Target& target, const Published& published);
    /// The body of a message that is not raw; valid until the next one.
    BytesView enveloped(const Target& target, const Published& published);
    void send_to_dead_letters(const Subscription& subscription, const Published& published);

    Batch& batch_;
    Topic& topic_;
    Made made_;
    Bytes addressed_;
};

}  // namespace tern::engine
