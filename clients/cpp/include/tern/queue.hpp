#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/message.hpp"

namespace tern {

/// A queue's name in its namespace, which is empty unless one is given. A FIFO queue's name ends in ".fifo".
struct QueueName {
    // Implicit, since a queue is nearly always given by its name alone.
    QueueName(std::string name, std::string namespace_name = {})
        : name(std::move(name)),
          namespace_name(std::move(namespace_name)) {}
    QueueName(const char* name) : name(name) {}

    bool operator==(const QueueName&) const = default;

    std::string name;
    std::string namespace_name;
};

enum class DeduplicationScope : std::uint8_t { queue = 0, message_group = 1 };
enum class ThroughputLimit : std::uint8_t { per_queue = 0, per_message_group_id = 1 };
enum class RedriveAllow : std::uint8_t { all = 0, none = 1, by_queue = 2 };

/// Where messages go that were received more than `receive_count_max` times. An empty name removes the policy.
struct RedrivePolicy {
    std::string dead_letter_queue;
    std::uint32_t receive_count_max = 0;

    bool operator==(const RedrivePolicy&) const = default;
};

/// Which queues may name this one as their dead-letter queue.
struct RedriveAllowPolicy {
    RedriveAllow permission = RedriveAllow::all;
    std::vector<std::string> source_queues = {};

    bool operator==(const RedriveAllowPolicy&) const = default;
};

/// What a queue's owner decides. Absent means: the default when a queue is created, as it is when one is changed. In a
/// description, all are present but the policies that the queue does not have.
struct QueueSettings {
    std::optional<std::chrono::milliseconds> delay = {};
    std::optional<std::int64_t> message_bytes_max = {};
    std::optional<std::chrono::milliseconds> retention = {};
    std::optional<std::chrono::milliseconds> wait = {};
    std::optional<std::chrono::milliseconds> visibility_timeout = {};
    std::optional<bool> fifo = {};
    std::optional<bool> content_based_deduplication = {};
    std::optional<DeduplicationScope> deduplication_scope = {};
    std::optional<ThroughputLimit> throughput_limit = {};
    std::optional<RedrivePolicy> redrive_policy = {};
    std::optional<RedriveAllowPolicy> redrive_allow_policy = {};
};

struct Tag {
    std::string key;
    std::string value;

    bool operator==(const Tag&) const = default;
};

struct QueueCounts {
    std::uint64_t visible = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t delayed = 0;
    /// Messages whose stored bytes failed their checksum.
    std::uint64_t damaged = 0;
    std::optional<TimePoint> oldest_sent_at;
};

struct CreatedQueue {
    /// False: it was there already, with the same settings.
    bool created = false;
};

struct QueueDescription {
    std::string name;
    QueueSettings settings;
    std::vector<Tag> tags;
    QueueCounts counts;
    TimePoint created_at;
    TimePoint modified_at;
    /// Since the queue was created.
    std::uint64_t sent_total = 0;
    std::uint64_t received_total = 0;
    std::uint64_t deleted_total = 0;
    /// The queues that send their dead letters here.
    std::vector<std::string> dead_letter_sources;
};

struct ListOptions {
    std::string namespace_name = {};
    /// Only queues whose names begin so.
    std::string prefix = {};
    /// 1 to 1,000.
    std::uint32_t entries_max = 1000;
    /// From the page before; empty for the first.
    std::string page_token = {};
};

struct QueueSummary {
    std::string name;
    QueueCounts counts;
};

struct QueuePage {
    std::vector<QueueSummary> queues;
    /// Empty after the last page.
    std::string next_page_token;
};

struct PageOptions {
    std::uint32_t entries_max = 1000;
    std::string page_token = {};
};

struct NamePage {
    std::vector<std::string> names;
    std::string next_page_token;
};

}  // namespace tern
