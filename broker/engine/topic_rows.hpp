#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/rows.hpp"
#include "broker/engine/topic_queries.hpp"

namespace tern::engine {

/// A topic as its owner made it: the row of table `topics`.
struct TopicRow {
    TopicName topic;
    TopicSettings settings;
    std::vector<QueueTag> tags;
    Annotations annotations{};
    Timestamp created_at;
    Timestamp modified_at;
    /// Of the history's offsets; empty without a history.
    std::string epoch;
    /// The stream that keeps the history; 0 without one.
    std::uint32_t stream = 0;
    /// Under which its deduplication ids stand.
    std::uint32_t storage = 0;
    std::uint32_t next_subscription = 1;
    std::uint32_t subscriptions = 0;
    /// Endpoints that wait for their confirmation.
    std::uint32_t unconfirmed = 0;
    /// Subscriptions whose deliveries have an envelope, or go to an endpoint; of a topic of format 3 all of that time.
    std::uint32_t enveloped = 0;

    /// Counts a subscription as it is (1), or was (-1).
    void count(const struct SubscriptionRow& subscription, int change);
};

Bytes encode(const TopicRow& row);
/// Nothing when the bytes are not such a row.
std::optional<TopicRow> decode_topic_row(BytesView bytes);

/// The row of table `subscriptions`.
struct SubscriptionRow {
    /// Its id; of a durable one its name.
    std::string name;
    SubscriptionKind kind = SubscriptionKind::queue;
    /// Empty for a durable or endpoint one, whose queue is hidden.
    std::string queue;
    /// Nothing: the topic's.
    std::optional<std::string> queue_namespace{};
    /// Empty: all of the topic.
    std::string pattern;
    std::string filter_policy;
    FilterScope filter_scope = FilterScope::attributes;
    bool raw = false;
    /// In the topic's namespace.
    std::string dead_letter_queue;
    Timestamp created_at;
    // Endpoints only.
    std::string protocol{};
    std::string endpoint{};
    bool confirmed = true;
    std::string token{};
    Annotations annotations{};

    /// What there is one subscription of in a topic at most; empty for a durable one, which goes by its name.
    std::string target() const;
};
/// The hidden queue that a durable or endpoint subscription stands on.
QueueName hidden_queue(const TopicName& topic, std::uint32_t topic_id, const SubscriptionRow& row);
/// Whose body a subscription gets where a publication has several: its protocol; of a mobile device's endpoint
/// (arn:…:endpoint/PLATFORM/…) the platform. Empty for a durable one.
std::string_view body_protocol(const SubscriptionRow& row);
/// Where a queue subscription delivers.
QueueName subscribed_queue(const TopicName& topic, const SubscriptionRow& row);

Bytes encode(const SubscriptionRow& row);
std::optional<SubscriptionRow> decode_subscription_row(BytesView bytes);

/// The row of table `subscription_counters`; there is none as long as both are zero.
struct SubscriptionCounters {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
};

RowBytes<16> encode(const SubscriptionCounters& counters);
SubscriptionCounters decode_subscription_counters(BytesView bytes);

}  // namespace tern::engine
