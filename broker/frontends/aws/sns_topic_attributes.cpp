#include "broker/frontends/aws/sns_topic_attributes.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

#include "broker/engine/annotations.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/sns_delivery_policies.hpp"
#include "broker/frontends/aws/sns_policy_actions.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::uint64_t message_bytes_default = 262'144;
constexpr std::uint64_t message_bytes_min = 1024;
/// The engine counts the subject of a publication, which is the topic's name, and SNS does not.
constexpr std::uint64_t subject_room_bytes = 256;

/// Kept as they are given.
constexpr std::array kept_attributes = {
    "DisplayName",
    "Policy",
    "DeliveryPolicy",
    "DataProtectionPolicy",
    "SignatureVersion",
    "FifoThroughputScope",
    "KmsMasterKeyId",
    "TracingConfig",
    "ArchivePolicy",
    "BeginningArchiveTime",
    "HTTPSuccessFeedbackRoleArn",
    "HTTPSuccessFeedbackSampleRate",
    "HTTPFailureFeedbackRoleArn",
    "FirehoseSuccessFeedbackRoleArn",
    "FirehoseSuccessFeedbackSampleRate",
    "FirehoseFailureFeedbackRoleArn",
    "LambdaSuccessFeedbackRoleArn",
    "LambdaSuccessFeedbackSampleRate",
    "LambdaFailureFeedbackRoleArn",
    "ApplicationSuccessFeedbackRoleArn",
    "ApplicationSuccessFeedbackSampleRate",
    "ApplicationFailureFeedbackRoleArn",
    "SQSSuccessFeedbackRoleArn",
    "SQSSuccessFeedbackSampleRate",
    "SQSFailureFeedbackRoleArn",
};

bool is_json_object(std::string_view text) {
    json::error_code fault;
    const auto value = json::parse({text.data(), text.size()}, fault);
    return !fault && value.is_object();
}

Complaint fault_of_document(std::string_view name, std::string_view value) {
    if (value.empty()) return std::nullopt;
    if (!is_json_object(value)) return std::string(name) + ": failed to parse JSON.";
    if (name == "Policy") return fault_of_policy(value);
    if (name != "DeliveryPolicy") return std::nullopt;
    const auto fault = fault_of_topic_policy(value);
    return fault ? Complaint("DeliveryPolicy: " + *fault) : std::nullopt;
}

/// Of an attribute that is kept as it is given.
Complaint fault_of_kept_attribute(std::string_view name, std::string_view value) {
    if (auto complaint = fault_of_length(name, value)) return complaint;
    if (name.ends_with("Policy") && name != "ArchivePolicy") return fault_of_document(name, value);
    if (name.ends_with("SuccessFeedbackSampleRate")) {
        const auto fault = fault_of_sample_rate(value);
        return fault ? Complaint(std::string(name) + ": " + *fault) : std::nullopt;
    }
    const bool fits = (name != "SignatureVersion" || value == "1" || value == "2") &&
                      (name != "FifoThroughputScope" || value == "Topic" || value == "MessageGroup");
    return fits ? std::nullopt : Complaint(name);
}

std::optional<bool> flag_in(std::string_view value) {
    if (admin::equal_ignoring_case(value, "true")) return true;
    if (admin::equal_ignoring_case(value, "false")) return false;
    return std::nullopt;
}

Complaint read_message_bytes(std::string_view value, TopicAttributes& into) {
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    const bool whole = error == std::errc() && end == value.data() + value.size();
    if (!whole || bytes < message_bytes_min || bytes > message_bytes_limit) return "MaximumMessageSize";
    into.settings.publication_bytes_max = static_cast<std::int64_t>(bytes + subject_room_bytes);
    into.annotations["MaximumMessageSize"] = std::string(value);
    return std::nullopt;
}

}  // namespace

std::string annotation_of(const engine::Annotations& annotations, const std::string& name) {
    const auto found = annotations.find(name);
    return found == annotations.end() ? std::string() : found->second;
}

Complaint fault_of_sample_rate(std::string_view value) {
    if (value.empty()) return std::nullopt;
    unsigned rate = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), rate);
    const bool fits = error == std::errc() && end == value.data() + value.size() && rate <= 100;
    if (fits) return std::nullopt;
    return std::string(value) + " value provided is not an integer between 0-100";
}

engine::TopicSettingsChange settings_of_new_topic() {
    engine::TopicSettingsChange settings;
    settings.history = false;
    settings.publication_bytes_max = static_cast<std::int64_t>(message_bytes_default + subject_room_bytes);
    return settings;
}

Complaint fault_of_length(std::string_view name, std::string_view value) {
    if (value.size() <= engine::annotation_bytes_max) return std::nullopt;
    return std::string(name) + ": must be at most " + std::to_string(engine::annotation_bytes_max) + " bytes long";
}

Complaint read_topic_attribute(std::string_view name, std::string_view value, TopicAttributes& into, bool& known) {
    known = true;
    if (name == "FifoTopic" || name == "ContentBasedDeduplication") {
        const auto flag = flag_in(value);
        if (!flag) return std::string(name);
        (name == "FifoTopic" ? into.settings.fifo : into.settings.content_based_deduplication) = *flag;
        return std::nullopt;
    }
    if (name == "MaximumMessageSize") return read_message_bytes(value, into);
    known = std::ranges::find(kept_attributes, name) != kept_attributes.end();
    if (!known) return std::nullopt;
    if (auto complaint = fault_of_kept_attribute(name, value)) return complaint;
    into.annotations[std::string(name)] = name == "DeliveryPolicy" ? kept_topic_policy(value) : std::string(value);
    return std::nullopt;
}

std::string default_policy(const NamedTopic& topic) {
    json::object statement;
    statement["Sid"] = "__default_statement_ID";
    statement["Effect"] = "Allow";
    statement["Principal"] = json::object{{"AWS", "*"}};
    json::array actions;
    for (const auto* action :
         {"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
          "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"})
        actions.emplace_back(action);
    statement["Action"] = std::move(actions);
    statement["Resource"] = arn_of_topic(topic);
    statement["Condition"] = json::object{{"StringEquals", json::object{{"AWS:SourceOwner", topic.scope.account}}}};
    json::object policy;
    policy["Version"] = "2008-10-17";
    policy["Id"] = "__default_policy_ID";
    policy["Statement"] = json::array{std::move(statement)};
    return json::serialize(policy);
}

std::string policy_of(const NamedTopic& topic, const engine::TopicDescription& description) {
    auto policy = annotation_of(description.annotations, "Policy");
    return policy.empty() ? default_policy(topic) : policy;
}

json::object attributes_of(const NamedTopic& topic, const engine::TopicDescription& description) {
    const auto& settings = description.settings;
    json::object attributes;
    for (const auto& [name, text] : description.annotations)
        if (name != "DataProtectionPolicy") attributes[name] = text;
    attributes["TopicArn"] = arn_of_topic(topic);
    attributes["Owner"] = topic.scope.account;
    attributes["Policy"] = policy_of(topic, description);
    attributes["DisplayName"] = annotation_of(description.annotations, "DisplayName");
    attributes["EffectiveDeliveryPolicy"] =
        effective_topic_policy(annotation_of(description.annotations, "DeliveryPolicy"));
    attributes["SubscriptionsConfirmed"] = std::to_string(description.subscriptions - description.unconfirmed);
    attributes["SubscriptionsPending"] = std::to_string(description.unconfirmed);
    attributes["SubscriptionsDeleted"] = std::to_string(description.subscriptions_removed);
    if (settings.fifo) {
        attributes["FifoTopic"] = "true";
        attributes["ContentBasedDeduplication"] = settings.content_based_deduplication ? "true" : "false";
    }
    return attributes;
}

bool is_deduplicated_by_group(const engine::TopicDescription& description) {
    return annotation_of(description.annotations, "FifoThroughputScope") == "MessageGroup";
}

std::uint64_t message_bytes_max(const engine::TopicDescription& description) {
    const auto text = annotation_of(description.annotations, "MaximumMessageSize");
    std::uint64_t bytes = message_bytes_default;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
}

}  // namespace tern::aws::sns
