#include "broker/engine/queue_settings.hpp"

#include <algorithm>

#include "broker/base/ascii.hpp"
#include "broker/base/utf8.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr std::string_view fifo_suffix = ".fifo";
constexpr std::size_t text_bytes_max = 65'536;
constexpr std::size_t source_queues_max = 10;
constexpr std::size_t tag_key_characters_max = 128;
constexpr std::size_t tag_value_characters_max = 256;

bool within(Milliseconds value, std::int64_t least_seconds, std::int64_t most_seconds) {
    return value >= std::chrono::seconds(least_seconds) && value <= std::chrono::seconds(most_seconds);
}

bool valid_allow_policy(const RedriveAllowPolicy& policy) {
    const auto sources = policy.source_queues.size();
    return policy.permission == RedriveAllow::by_queue ? sources >= 1 && sources <= source_queues_max : sources == 0;
}

SettingsRefusal check_ranges(const QueueSettingsChange& wanted) {
    if (wanted.delay && !within(*wanted.delay, 0, 900)) return {Errc::delay_invalid, "DelaySeconds"};
    if (wanted.message_bytes_max &&
        (*wanted.message_bytes_max < 1024 ||
         *wanted.message_bytes_max > static_cast<std::int64_t>(protocol::message_bytes_max)))
        return {Errc::message_bytes_max_invalid, "MaximumMessageSize"};
    if (wanted.retention && !within(*wanted.retention, 60, 1'209'600))
        return {Errc::retention_invalid, "MessageRetentionPeriod"};
    if (wanted.wait && !within(*wanted.wait, 0, 20)) return {Errc::wait_invalid, "ReceiveMessageWaitTimeSeconds"};
    if (wanted.visibility_timeout && !within(*wanted.visibility_timeout, 0, 43'200))
        return {Errc::visibility_timeout_invalid, "VisibilityTimeout"};
    if (wanted.kms_data_key_reuse_seconds &&
        (*wanted.kms_data_key_reuse_seconds < 60 || *wanted.kms_data_key_reuse_seconds > 86'400))
        return {Errc::kms_data_key_reuse_invalid, "KmsDataKeyReusePeriodSeconds"};
    if (wanted.redrive_policy && !wanted.redrive_policy->dead_letter_queue.empty() &&
        (wanted.redrive_policy->receive_count_max < 1 || wanted.redrive_policy->receive_count_max > 1000))
        return {Errc::redrive_policy_invalid, "RedrivePolicy"};
    if (wanted.redrive_allow_policy && !valid_allow_policy(*wanted.redrive_allow_policy))
        return {Errc::redrive_allow_policy_invalid, "RedriveAllowPolicy"};
    if (wanted.policy && wanted.policy->size() > text_bytes_max) return {Errc::policy_too_long, "Policy"};
    if (wanted.kms_master_key_id && wanted.kms_master_key_id->size() > text_bytes_max)
        return {Errc::policy_too_long, "KmsMasterKeyId"};
    return {};
}

/// docs/aws.md sqs-6, sqs-38.
SettingsRefusal check_type(const QueueSettings& settings, const QueueSettingsChange& wanted) {
    if (settings.fifo) return {};
    if (wanted.content_based_deduplication)
        return {Errc::fifo_attribute_on_standard_queue, "ContentBasedDeduplication"};
    if (wanted.deduplication_scope) return {Errc::fifo_attribute_on_standard_queue, "DeduplicationScope"};
    if (wanted.throughput_limit) return {Errc::fifo_attribute_on_standard_queue, "FifoThroughputLimit"};
    return {};
}

template <class T>
void take(T& setting, const std::optional<T>& wanted) {
    if (wanted) setting = *wanted;
}

/// Only one kind of encryption at a time; naming a key turns the other off (docs/aws.md sqs-7).
SettingsRefusal change_encryption(QueueSettings& settings, const QueueSettingsChange& wanted) {
    const bool names_key = wanted.kms_master_key_id && !wanted.kms_master_key_id->empty();
    if (names_key && wanted.sqs_managed_encryption.value_or(false))
        return {Errc::encryption_conflict, "KmsMasterKeyId"};
    take(settings.kms_master_key_id, wanted.kms_master_key_id);
    take(settings.kms_data_key_reuse_seconds, wanted.kms_data_key_reuse_seconds);
    take(settings.sqs_managed_encryption, wanted.sqs_managed_encryption);
    if (names_key) settings.sqs_managed_encryption = false;
    if (wanted.sqs_managed_encryption.value_or(false)) settings.kms_master_key_id.clear();
    return {};
}

}  // namespace

SettingsRefusal change(QueueSettings& settings, const QueueSettingsChange& wanted) {
    if (wanted.fifo && *wanted.fifo != settings.fifo) return {Errc::queue_type_fixed, "FifoQueue"};
    if (const auto refusal = check_ranges(wanted); refusal.errc != Errc::ok) return refusal;
    if (const auto refusal = check_type(settings, wanted); refusal.errc != Errc::ok) return refusal;

    auto changed = settings;
    if (const auto refusal = change_encryption(changed, wanted); refusal.errc != Errc::ok) return refusal;
    take(changed.delay, wanted.delay);
    take(changed.message_bytes_max, wanted.message_bytes_max);
    take(changed.retention, wanted.retention);
    take(changed.wait, wanted.wait);
    take(changed.visibility_timeout, wanted.visibility_timeout);
    take(changed.content_based_deduplication, wanted.content_based_deduplication);
    take(changed.deduplication_scope, wanted.deduplication_scope);
    take(changed.throughput_limit, wanted.throughput_limit);
    take(changed.policy, wanted.policy);
    if (wanted.redrive_policy) {
        changed.redrive_policy = wanted.redrive_policy;
        if (wanted.redrive_policy->dead_letter_queue.empty()) changed.redrive_policy.reset();
    }
    if (wanted.redrive_allow_policy) changed.redrive_allow_policy = wanted.redrive_allow_policy;
    if (wanted.removes_redrive_allow_policy) changed.redrive_allow_policy.reset();
    if (changed.throughput_limit == ThroughputLimit::per_message_group_id &&
        changed.deduplication_scope != DeduplicationScope::message_group)
        return {Errc::high_throughput_needs_group_scope, "FifoThroughputLimit"};

    settings = std::move(changed);
    return {};
}

std::string_view first_difference(const QueueSettings& settings, const QueueSettingsChange& wanted) {
    const auto differs = [](const auto& wish, const auto& is) { return wish && *wish != is; };
    if (differs(wanted.fifo, settings.fifo)) return "FifoQueue";
    if (differs(wanted.delay, settings.delay)) return "DelaySeconds";
    if (differs(wanted.message_bytes_max, settings.message_bytes_max)) return "MaximumMessageSize";
    if (differs(wanted.retention, settings.retention)) return "MessageRetentionPeriod";
    if (differs(wanted.wait, settings.wait)) return "ReceiveMessageWaitTimeSeconds";
    if (differs(wanted.visibility_timeout, settings.visibility_timeout)) return "VisibilityTimeout";
    if (differs(wanted.content_based_deduplication, settings.content_based_deduplication))
        return "ContentBasedDeduplication";
    if (differs(wanted.deduplication_scope, settings.deduplication_scope)) return "DeduplicationScope";
    if (differs(wanted.throughput_limit, settings.throughput_limit)) return "FifoThroughputLimit";
    if (differs(wanted.redrive_policy, settings.redrive_policy.value_or(RedrivePolicy{}))) return "RedrivePolicy";
    const auto allow = settings.redrive_allow_policy.value_or(RedriveAllowPolicy{});
    if (differs(wanted.redrive_allow_policy, allow)) return "RedriveAllowPolicy";
    if (wanted.removes_redrive_allow_policy && allow != RedriveAllowPolicy{}) return "RedriveAllowPolicy";
    if (differs(wanted.policy, settings.policy)) return "Policy";
    if (differs(wanted.kms_master_key_id, settings.kms_master_key_id)) return "KmsMasterKeyId";
    if (differs(wanted.kms_data_key_reuse_seconds, settings.kms_data_key_reuse_seconds))
        return "KmsDataKeyReusePeriodSeconds";
    if (differs(wanted.sqs_managed_encryption, settings.sqs_managed_encryption)) return "SqsManagedSseEnabled";
    return {};
}

bool valid_queue_name(std::string_view name, bool fifo) {
    if (name.empty() || name.size() > protocol::queue_name_bytes_max) return false;
    if (fifo != name.ends_with(fifo_suffix)) return false;
    if (fifo) name.remove_suffix(fifo_suffix.size());
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

bool valid_namespace(std::string_view name) {
    return name.size() <= protocol::namespace_bytes_max && std::all_of(name.begin(), name.end(), [](char c) {
               return is_alphanumeric(c) || std::string_view("_-.:/").find(c) != std::string_view::npos;
           });
}

void set_tags(std::vector<QueueTag>& tags, const std::vector<QueueTag>& wanted) {
    for (const auto& tag : wanted) {
        const auto known = std::find_if(tags.begin(), tags.end(), [&](const auto& t) { return t.key == tag.key; });
        if (known != tags.end()) {
            known->value = tag.value;
        } else {
            tags.push_back(tag);
        }
    }
}

bool valid_tag_key(std::string_view key) {
    return !key.empty() && code_points_in(key) <= tag_key_characters_max;
}

bool valid_tag_value(std::string_view value) {
    return code_points_in(value) <= tag_value_characters_max;
}

bool valid_tags(const std::vector<QueueTag>& tags) {
    return tags.size() <= tags_max && std::all_of(tags.begin(), tags.end(), [](const QueueTag& tag) {
               return valid_tag_key(tag.key) && valid_tag_value(tag.value);
           });
}

}  // namespace tern::engine
