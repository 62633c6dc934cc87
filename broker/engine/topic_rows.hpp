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
};

Bytes encode(const TopicRow& row);
/// Nothing when the bytes are not such a row.
std::optional<TopicRow> decode_topic_row(BytesView bytes);

/// The row of table `subscriptions`.
struct SubscriptionRow {
    /// Its id; of a durable one its name.
    std::string name;
    SubscriptionKind kind = SubscriptionKind::queue;
    /// In the topic's namespace; empty for a durable one, whose queue is hidden.
    std::string queue;
    /// Empty: all of the topic.
    std::string pattern;
    std::string filter_policy;
    FilterScope filter_scope = FilterScope::attributes;
    bool raw = false;
    std::string dead_letter_queue;
    Timestamp created_at;
};

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
