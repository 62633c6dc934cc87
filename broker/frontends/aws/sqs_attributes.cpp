#include "broker/frontends/aws/sqs_attributes.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/sqs_redrive_text.hpp"

namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 21> attribute_names = {"Policy",
                                                              "VisibilityTimeout",
                                                              "MaximumMessageSize",
                                                              "MessageRetentionPeriod",
                                                              "ApproximateNumberOfMessages",
                                                              "ApproximateNumberOfMessagesNotVisible",
                                                              "CreatedTimestamp",
                                                              "LastModifiedTimestamp",
                                                              "QueueArn",
                                                              "ApproximateNumberOfMessagesDelayed",
                                                              "DelaySeconds",
                                                              "ReceiveMessageWaitTimeSeconds",
                                                              "RedrivePolicy",
                                                              "FifoQueue",
                                                              "ContentBasedDeduplication",
                                                              "KmsMasterKeyId",
                                                              "KmsDataKeyReusePeriodSeconds",
                                                              "DeduplicationScope",
                                                              "FifoThroughputLimit",
                                                              "RedriveAllowPolicy",
                                                              "SqsManagedSseEnabled"};

/// As long as the engine takes a policy, and longer than any other attribute: what is not parsed takes no memory.
constexpr std::size_t attribute_bytes_max = 65'536;

Error unknown_attribute(std::string_view name) {
    return {kinds::attribute_name_invalid, "Unknown Attribute " + shown(name) + "."};
}

Error bad_attribute(std::string_view name) {
    return {kinds::attribute_value_invalid, "Invalid value for the parameter " + std::string(name) + "."};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr std::int64_t seconds_max = 1'000'000'000;
    if (fault != std::errc() || end != text.data() + text.size() || value > seconds_max || value < -seconds_max)
        return std::nullopt;
    return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
    if (admin::equal_ignoring_case(text, "true")) return true;
    if (admin::equal_ignoring_case(text, "false")) return false;
    return std::nullopt;
}

/// Reads one attribute after the other into a change of settings.
class AttributeReader {
public:
    AttributeReader(const Surroundings& surroundings, const NamedQueue& queue)
        : surroundings_(surroundings),
          queue_(queue),
          fifo_(is_fifo(queue.queue)) {}

    std::optional<Error> read(std::string_view name, std::string_view text) {
        if (text.size() > attribute_bytes_max && is_attribute(name)) return bad_attribute(name);
        if (name == "DelaySeconds") return seconds(name, text, change_.delay);
        if (name == "MessageRetentionPeriod") return seconds(name, text, change_.retention);
        if (name == "ReceiveMessageWaitTimeSeconds") return seconds(name, text, change_.wait);
        if (name == "VisibilityTimeout") return seconds(name, text, change_.visibility_timeout);
        if (name == "MaximumMessageSize") return message_size(name, text);
        if (name == "KmsDataKeyReusePeriodSeconds") return number(name, text, change_.kms_data_key_reuse_seconds);
        if (name == "SqsManagedSseEnabled") return boolean(name, text, change_.sqs_managed_encryption);
        if (name == "KmsMasterKeyId") return plain(text, change_.kms_master_key_id);
        if (name == "Policy") return policy(name, text);
        if (name == "RedrivePolicy")
            return take(parse_redrive_policy(surroundings_, text, queue_), change_.redrive_policy);
        if (name == "RedriveAllowPolicy" && text.empty()) {
            change_.removes_redrive_allow_policy = true;
            return std::nullopt;
        }
        if (name == "RedriveAllowPolicy")
            return take(parse_redrive_allow_policy(surroundings_, text, queue_), change_.redrive_allow_policy);
        return read_of_fifo(name, text);
    }
    engine::QueueSettingsChange take_change() { return std::move(change_); }

private:
    /// docs/aws.md sqs-6, sqs-38.
    std::optional<Error> read_of_fifo(std::string_view name, std::string_view text) {
        if (name == "FifoQueue") return fifo(text);
        if (name == "ContentBasedDeduplication" && fifo_)
            return boolean(name, text, change_.content_based_deduplication);
        const bool high_throughput = name == "DeduplicationScope" || name == "FifoThroughputLimit";
        if (!high_throughput) return unknown_attribute(name);
        if (!fifo_) {
            return Error{kinds::attribute_name_invalid,
                         "You can specify the " + std::string(name) + " only when FifoQueue is set to true."};
        }
        if (name == "DeduplicationScope") {
            if (text != "queue" && text != "messageGroup") return bad_attribute(name);
            change_.deduplication_scope =
                text == "queue" ? engine::DeduplicationScope::queue : engine::DeduplicationScope::message_group;
        } else {
            if (text != "perQueue" && text != "perMessageGroupId") return bad_attribute(name);
            change_.throughput_limit =
                text == "perQueue" ? engine::ThroughputLimit::per_queue : engine::ThroughputLimit::per_message_group_id;
        }
        return std::nullopt;
    }

    std::optional<Error> fifo(std::string_view text) {
        if (!fifo_) return unknown_attribute("FifoQueue");
        const auto value = parse_boolean(text);
        if (!value) return bad_attribute("FifoQueue");
        if (!*value) {
            return Error{kinds::attribute_value_invalid,
                         "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."};
        }
        change_.fifo = true;
        return std::nullopt;
    }

    static std::optional<Error> number(std::string_view name, std::string_view text, std::optional<std::int64_t>& to) {
        to = parse_integer(text);
        if (!to) return bad_attribute(name);
        return std::nullopt;
    }

    static std::optional<Error> seconds(std::string_view name, std::string_view text, std::optional<Milliseconds>& to) {
        const auto value = parse_integer(text);
        if (!value) return bad_attribute(name);
        to = std::chrono::seconds(*value);
        return std::nullopt;
    }

    std::optional<Error> message_size(std::string_view name, std::string_view text) {
        auto error = number(name, text, change_.message_bytes_max);
        const auto largest = static_cast<std::int64_t>(surroundings_.options.sqs.message_bytes_max);
        if (!error && *change_.message_bytes_max > largest) return bad_attribute(name);
        return error;
    }

    static std::optional<Error> boolean(std::string_view name, std::string_view text, std::optional<bool>& to) {
        to = parse_boolean(text);
        if (!to) return bad_attribute(name);
        return std::nullopt;
    }

    static std::optional<Error> plain(std::string_view text, std::optional<std::string>& to) {
        to = text;
        return std::nullopt;
    }

    std::optional<Error> policy(std::string_view name, std::string_view text) {
        json::error_code fault;
        const auto value = json::parse({text.data(), text.size()}, fault);
        if (!text.empty() && (fault || !value.is_object())) return bad_attribute(name);
        return plain(text, change_.policy);
    }

    template <class T>
    static std::optional<Error> take(std::variant<T, Error>&& parsed, std::optional<T>& to) {
        if (auto* const error = std::get_if<Error>(&parsed)) return std::move(*error);
        to = std::get<T>(std::move(parsed));
        return std::nullopt;
    }

    const Surroundings& surroundings_;
    const NamedQueue& queue_;
    const bool fifo_;
    engine::QueueSettingsChange change_;
};

/// Why the engine does not take a dead-letter queue: it is not there, or of another type.
std::string_view fault_of_target(const Surroundings& surroundings, const NamedQueue& queue, const std::string& policy) {
    const auto parsed = parse_redrive_policy(surroundings, policy, queue);
    const auto* const named = std::get_if<engine::RedrivePolicy>(&parsed);
    if (!named) return "Dead letter target does not exist.";
    if (named->dead_letter_queue == queue.queue.name) return "A queue can not be its own dead letter target.";
    const engine::QueueName target{queue.queue.namespace_name, named->dead_letter_queue};
    if (!describe(surroundings, target).has_value()) return "Dead letter target does not exist.";
    return "Dead-letter queue must be same type of queue as the source.";
}

}  // namespace

std::variant<engine::QueueSettingsChange, Error> settings_of(const Surroundings& surroundings,
                                                             const json::object& attributes, const NamedQueue& queue) {
    AttributeReader reader(surroundings, queue);
    for (const auto& [name, value] : attributes)
        if (auto error = reader.read({name.data(), name.size()}, view_of(value))) return std::move(*error);
    return reader.take_change();
}

Error refusal_of_settings(const Surroundings& surroundings, const Call& call, const NamedQueue& queue,
                          const engine::Answer& answer, const std::string& redrive_policy) {
    switch (answer.status) {
        case Errc::delay_invalid:
        case Errc::message_bytes_max_invalid:
        case Errc::retention_invalid:
        case Errc::wait_invalid:
        case Errc::visibility_timeout_invalid:
        case Errc::kms_data_key_reuse_invalid:
        case Errc::high_throughput_needs_group_scope:
        case Errc::deduplication_scope_fixed:
        case Errc::policy_too_long: return bad_attribute(answer.detail);
        case Errc::encryption_conflict:
            return {kinds::attribute_name_invalid, std::string(protocol::sentence_of(answer.status))};
        case Errc::redrive_policy_invalid:
            return invalid_value(redrive_policy, "RedrivePolicy", fault_of_target(surroundings, queue, redrive_policy));
        case Errc::redrive_not_allowed:
            return invalid_value(redrive_policy, "RedrivePolicy",
                                 "Queue permissions do not allow this queue as a source of the dead letter target.");
        case Errc::redrive_allow_policy_invalid: return bad_attribute("RedriveAllowPolicy");
        default: return error_of(call, answer.status);
    }
}

json::object attributes_of(const NamedQueue& queue, const engine::QueueDescription& description) {
    const auto& settings = description.settings;
    const auto seconds = [](Milliseconds duration) { return std::to_string(duration.count() / 1000); };
    const auto text = [](bool value) { return value ? "true" : "false"; };
    json::object all;
    all["QueueArn"] = arn_of_queue(queue);
    all["ApproximateNumberOfMessages"] = std::to_string(description.counts.visible);
    all["ApproximateNumberOfMessagesNotVisible"] = std::to_string(description.counts.in_flight);
    all["ApproximateNumberOfMessagesDelayed"] = std::to_string(description.counts.delayed);
    all["CreatedTimestamp"] = std::to_string(description.created_at.ms() / 1000);
    all["LastModifiedTimestamp"] = std::to_string(description.modified_at.ms() / 1000);
    all["VisibilityTimeout"] = seconds(settings.visibility_timeout);
    all["MaximumMessageSize"] = std::to_string(settings.message_bytes_max);
    all["MessageRetentionPeriod"] = seconds(settings.retention);
    all["DelaySeconds"] = seconds(settings.delay);
    all["ReceiveMessageWaitTimeSeconds"] = seconds(settings.wait);
    if (!settings.policy.empty()) all["Policy"] = settings.policy;
    if (settings.redrive_policy) all["RedrivePolicy"] = text_of(*settings.redrive_policy, queue.scope);
    if (settings.redrive_allow_policy) all["RedriveAllowPolicy"] = text_of(*settings.redrive_allow_policy, queue.scope);
    if (!settings.kms_master_key_id.empty()) {
        all["KmsMasterKeyId"] = settings.kms_master_key_id;
        all["KmsDataKeyReusePeriodSeconds"] = std::to_string(settings.kms_data_key_reuse_seconds);
    }
    all["SqsManagedSseEnabled"] = text(settings.sqs_managed_encryption);
    if (!settings.fifo) return all;
    all["FifoQueue"] = "true";
    all["ContentBasedDeduplication"] = text(settings.content_based_deduplication);
    all["DeduplicationScope"] =
        settings.deduplication_scope == engine::DeduplicationScope::queue ? "queue" : "messageGroup";
    all["FifoThroughputLimit"] =
        settings.throughput_limit == engine::ThroughputLimit::per_queue ? "perQueue" : "perMessageGroupId";
    return all;
}

bool is_attribute(std::string_view name) {
    return std::ranges::find(attribute_names, name) != attribute_names.end();
}

}  // namespace tern::aws::sqs
