#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/store.hpp"

/// What can be asked of topics without changing anything: read from a snapshot, on any thread.
namespace tern::engine {

struct TopicDescription {
    std::uint32_t id = 0;
    TopicName topic;
    TopicSettings settings;
    std::vector<QueueTag> tags;
    Annotations annotations{};
    /// Of topics with a history; empty without one: the hub knows that of this run.
    std::string epoch;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    std::uint64_t bytes = 0;
    Timestamp created_at;
    Timestamp modified_at;
    std::uint64_t subscriptions = 0;
    /// Subscriptions that there were and that have been removed.
    std::uint64_t subscriptions_removed = 0;
    /// Endpoints that wait for their confirmation.
    std::uint64_t unconfirmed = 0;
    /// False: nobody reads an envelope, or its signature.
    bool has_enveloped = false;
};
/// Errors: topic_does_not_exist; storage_damaged.
Result<TopicDescription> describe_topic(const store::ReadTransaction& snapshot, const TopicName& topic,
                                        const DurableEnd& durable_end);

/// What the topic of that number is called. Errors: topic_does_not_exist; storage_damaged.
Result<TopicName> topic_name(const store::ReadTransaction& snapshot, std::uint32_t id);

struct TopicSummary {
    std::uint32_t id = 0;
    std::string name;
    bool history = false;
    std::uint64_t publications = 0;
    std::uint64_t subscriptions = 0;
};
struct TopicPage {
    std::vector<TopicSummary> topics;
    std::string next_token;
};
/// Errors: page_size_invalid, page_token_invalid.
Result<TopicPage> list_topics(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                              const std::string& prefix, const Page& page);

/// Numbers are stored and on the wire.
enum class SubscriptionKind : std::uint8_t { queue = 0, durable = 1, endpoint = 2 };
struct SubscriptionDescription {
    std::string subscription;
    SubscriptionKind kind = SubscriptionKind::queue;
    /// Of a durable or endpoint one the hidden queue that it stands on.
    QueueName queue;
    std::string pattern;
    std::string filter_policy;
    FilterScope filter_scope = FilterScope::attributes;
    bool raw = false;
    std::string dead_letter_queue;
    Timestamp created_at;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
    std::uint64_t waiting = 0;
    // Endpoints only.
    std::string protocol{};
    std::string endpoint{};
    bool confirmed = true;
    std::string token{};
    Annotations annotations{};
};
struct SubscriptionPage {
    std::vector<SubscriptionDescription> subscriptions;
    std::string next_token;
};
/// Errors: topic_does_not_exist, page_size_invalid, page_token_invalid; storage_damaged.
Result<SubscriptionPage> list_subscriptions(const store::ReadTransaction& snapshot, Timestamp now,
                                            const TopicName& topic, const Page& page);

/// Errors: topic_does_not_exist, subscription_does_not_exist; storage_damaged.
Result<SubscriptionDescription> describe_subscription(const store::ReadTransaction& snapshot, const TopicName& topic,
                                                      const std::string& subscription);

/// A publication as the history or the retained values keep it.
struct StoredPublication {
    std::uint64_t offset = 0;
    Timestamp at;
    MessageId id;
    Publication publication;
};

struct HistoryLimits {
    std::size_t publications_max = 100;
    /// The first one comes even if it is longer.
    std::uint64_t bytes_max = 1u << 20;
};
struct HistoryPiece {
    std::vector<StoredPublication> publications;
    std::uint64_t start_offset = 0;
    /// Of what is durable.
    std::uint64_t end_offset = 0;
    /// Where to go on; end_offset when all was read.
    std::uint64_t next_offset = 0;
};
/// What the topic keeps from an offset on, oldest first; an offset before the start begins at the start. An offset
/// behind the end reads nothing. Errors: topic_does_not_exist, topic_has_no_history; storage_damaged.
Result<HistoryPiece> read_history(const store::ReadTransaction& snapshot, std::uint32_t topic, std::uint64_t offset,
                                  const HistoryLimits& limits, const DurableEnd& durable_end);
/// The first offset whose publication was published at or after the time; the end when there is none.
Result<std::uint64_t> find_in_history(const store::ReadTransaction& snapshot, std::uint32_t topic, Timestamp time,
                                      const DurableEnd& durable_end);

struct RetainedPiece {
    std::vector<StoredPublication> publications;
    /// The last subject that was looked at: where to go on. Empty when there are no more.
    std::string next_after;
};
/// The last publication of each subject that the pattern matches and that comes behind `after`, in the order of the
/// subjects; a bounded number of subjects is looked at. Errors: topic_does_not_exist; storage_damaged.
Result<RetainedPiece> read_retained(const store::ReadTransaction& snapshot, std::uint32_t topic,
                                    const std::string& pattern, const std::string& after, const HistoryLimits& limits);

/// A publication out of a message of a durable or endpoint subscription's queue; of an endpoint's with the body that is
/// meant for its protocol, and with its front end's extras. Nothing when it is not one.
struct DurablePublication {
    StoredPublication stored;
    std::string epoch;
};
std::optional<DurablePublication> read_durable_message(BytesView message_record);

std::uint64_t count_topics(const store::ReadTransaction& snapshot);

}  // namespace tern::engine
