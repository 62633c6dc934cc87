#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/message.hpp"
#include "tern/queue.hpp"

namespace tern {

/// Names of all shapes are alike: a name, in a namespace if one is given. A FIFO topic's name ends in ".fifo".
using TopicName = QueueName;

/// Who is told who is on a topic.
enum class PresenceMode : std::uint8_t { nobody = 0, subscribers = 1 };

/// What a topic's owner decides. Absent means: the default when a topic is created, as it is when one is changed. In a
/// description all are present.
struct TopicSettings {
    /// Fixed at creation, like history.
    std::optional<bool> fifo = {};
    std::optional<bool> content_based_deduplication = {};
    /// Publications are kept in a log on disk, with offsets that never go back.
    std::optional<bool> history = {};
    /// How long, how many and how many bytes of them; zero: no such limit.
    std::optional<std::chrono::milliseconds> history_age = {};
    std::optional<std::int64_t> history_publications = {};
    std::optional<std::int64_t> history_bytes = {};
    /// The last publication of each subject is kept, and given to those who subscribe.
    std::optional<bool> retained = {};
    /// Subject, data and attributes of a publication.
    std::optional<std::int64_t> publication_bytes_max = {};
    std::optional<PresenceMode> presence = {};
};

struct CreatedTopic {
    /// False: it was there already, with the same settings.
    bool created = false;
};

struct TopicDescription {
    std::string name;
    TopicSettings settings;
    std::vector<Tag> tags;
    /// Changes when offsets begin anew.
    std::string epoch;
    /// Of the oldest publication that is kept, and of the next one.
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// Of the history.
    std::uint64_t bytes = 0;
    TimePoint created_at;
    TimePoint modified_at;
    /// Of queues, and durable ones.
    std::uint32_t subscriptions = 0;
    /// Sessions that are subscribed now.
    std::uint32_t subscribers = 0;
};

struct TopicSummary {
    std::string name;
    bool history = false;
    std::uint64_t publications = 0;
    std::uint32_t subscriptions = 0;
    std::uint32_t subscribers = 0;
};
struct TopicPage {
    std::vector<TopicSummary> topics;
    /// Empty after the last page.
    std::string next_page_token;
};

// ---- subscriptions of queues, and durable ones

/// What of a publication a filter policy looks at.
enum class FilterScope : std::uint8_t { attributes = 0, body = 1 };
enum class SubscriptionKind : std::uint8_t { queue = 0, durable = 1, endpoint = 2 };

/// Absent means: the default when a subscription is added, as it is when one is changed.
struct SubscriptionSettings {
    /// Empty: all of the topic.
    std::optional<std::string> pattern = {};
    /// JSON, as of SNS; "" or {} removes it.
    std::optional<std::string> filter_policy = {};
    std::optional<FilterScope> filter_scope = {};
    /// The message's body is the publication's data, not an envelope around it.
    std::optional<bool> raw = {};
    /// For what cannot be delivered; "" removes it.
    std::optional<std::string> dead_letter_queue = {};
};

struct SubscriptionAdded {
    /// Its id.
    std::string subscription;
    /// False: it was there already, with the same settings.
    bool created = false;
};

struct SubscriptionDescription {
    /// Its id; of a durable one its name.
    std::string subscription;
    SubscriptionKind kind = SubscriptionKind::queue;
    std::string queue;
    SubscriptionSettings settings;
    TimePoint created_at;
    std::uint64_t delivered = 0;
    /// Could not be delivered, and went to the dead-letter queue if there is one.
    std::uint64_t failed = 0;
    /// Durable ones: not yet acknowledged.
    std::uint64_t waiting = 0;
};
struct SubscriptionPage {
    std::vector<SubscriptionDescription> subscriptions;
    /// Empty after the last page.
    std::string next_page_token;
};

// ---- presence

/// Somebody who is on a topic.
struct PresenceMember {
    std::string member;
    /// What the member tells of itself, up to 1,024 bytes.
    std::string state;
    /// Under this name.
    std::uint32_t connections = 0;
    TimePoint joined_at;

    bool operator==(const PresenceMember&) const = default;
};
struct Presence {
    /// Up to as many as were asked for.
    std::vector<PresenceMember> members;
    /// Of all.
    std::uint32_t count = 0;
};

}  // namespace tern
