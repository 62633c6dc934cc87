#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"

namespace tern::engine {

/// Numbers are stored: values are only ever appended.
enum class DeduplicationScope : std::uint8_t { queue = 0, message_group = 1 };
enum class ThroughputLimit : std::uint8_t { per_queue = 0, per_message_group_id = 1 };
enum class RedriveAllow : std::uint8_t { all = 0, none = 1, by_queue = 2 };

/// Where messages go that were received too often. The queue is named, in the namespace of the source queue.
struct RedrivePolicy {
    std::string dead_letter_queue;
    std::uint32_t receive_count_max = 0;

    bool operator==(const RedrivePolicy&) const = default;
};

/// Which queues may name this one as their dead-letter queue.
struct RedriveAllowPolicy {
    RedriveAllow permission = RedriveAllow::all;
    std::vector<std::string> source_queues;

    bool operator==(const RedriveAllowPolicy&) const = default;
};

struct QueueTag {
    std::string key;
    std::string value;

    bool operator==(const QueueTag&) const = default;
};

/// Everything about a queue that its owner decides. Defaults and ranges are those of the SQS API reference
/// (CreateQueue, SetQueueAttributes), but messages may be as long as 16 MiB (docs/aws.md sqs-4, sqs-5).
struct QueueSettings {
    Milliseconds delay{0};
    std::int64_t message_bytes_max = 1'048'576;
    Milliseconds retention{345'600'000};
    Milliseconds wait{0};
    Milliseconds visibility_timeout{30'000};
    bool fifo = false;
    bool content_based_deduplication = false;
    DeduplicationScope deduplication_scope = DeduplicationScope::queue;
    ThroughputLimit throughput_limit = ThroughputLimit::per_queue;
    std::optional<RedrivePolicy> redrive_policy;
    std::optional<RedriveAllowPolicy> redrive_allow_policy;
    // Kept for the AWS front end, without effect here.
    std::string policy;
    std::string kms_master_key_id;
    std::int64_t kms_data_key_reuse_seconds = 300;
    bool sqs_managed_encryption = true;

    bool operator==(const QueueSettings&) const = default;
};

/// The settings that a client names; absent ones keep their value or default.
/// A redrive policy with an empty queue name removes the policy. An allow policy of `all` means what none means, and is
/// shown nevertheless: who set it looks for it.
struct QueueSettingsChange {
    std::optional<Milliseconds> delay{};
    std::optional<std::int64_t> message_bytes_max{};
    std::optional<Milliseconds> retention{};
    std::optional<Milliseconds> wait{};
    std::optional<Milliseconds> visibility_timeout{};
    std::optional<bool> fifo{};
    std::optional<bool> content_based_deduplication{};
    std::optional<DeduplicationScope> deduplication_scope{};
    std::optional<ThroughputLimit> throughput_limit{};
    std::optional<RedrivePolicy> redrive_policy{};
    std::optional<RedriveAllowPolicy> redrive_allow_policy{};
    bool removes_redrive_allow_policy = false;
    std::optional<std::string> policy{};
    std::optional<std::string> kms_master_key_id{};
    std::optional<std::int64_t> kms_data_key_reuse_seconds{};
    std::optional<bool> sqs_managed_encryption{};
};

/// Why a change of settings was refused: the rule, and the attribute it speaks of.
struct SettingsRefusal {
    Errc errc = Errc::ok;
    std::string_view attribute;
};

/// Applies a change to settings, all of it or nothing.
/// Errors: the setting's own status when out of range; queue_type_fixed; fifo_attribute_on_standard_queue;
/// high_throughput_needs_group_scope; encryption_conflict.
SettingsRefusal change(QueueSettings& settings, const QueueSettingsChange& wanted);

/// The first attribute in which `settings` differ from what is wanted, by the SQS API's name for it; empty when all
/// agree (CreateQueue is idempotent: docs/aws.md sqs-2).
std::string_view first_difference(const QueueSettings& settings, const QueueSettingsChange& wanted);

/// `[A-Za-z0-9_-]{1,80}`; a FIFO queue's name ends in `.fifo`, which counts in the 80 (docs/aws.md sqs-1).
bool valid_queue_name(std::string_view name, bool fifo);
bool valid_namespace(std::string_view name);

/// How many tags a queue or topic has at most, and how many one command may name: the work on them is done for
/// everybody at once, so that no list may be long.
inline constexpr std::size_t tags_max = 50;
bool valid_tag_key(std::string_view key);
bool valid_tag_value(std::string_view value);
/// Up to tags_max tags, keys of 1 to 128 and values of up to 256 characters (docs/aws.md sqs-12).
bool valid_tags(const std::vector<QueueTag>& tags);
/// Overwrites or adds.
void set_tags(std::vector<QueueTag>& tags, const std::vector<QueueTag>& wanted);

}  // namespace tern::engine
