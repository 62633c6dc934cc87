#include "broker/frontends/aws/sns_subscription_attributes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "broker/engine/filter_policy.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/json_fault.hpp"
#include "broker/frontends/aws/sns_delivery_policies.hpp"
#include "broker/frontends/aws/sns_endpoint.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::string_view fifo_ending = ".fifo";
/// AWS tells which user subscribed; there are none here, and one stands for all.
constexpr std::string_view subscriber = "user/subscriber";

/// As SNS tells it: with the place, where it tells one, in the words of its JSON reader. Only what is no JSON is not
/// repeated.
std::string complaint_of(const engine::FilterPolicyRefusal& refusal, std::string_view policy,
                         engine::FilterScope scope) {
    if (!refusal.offset) return refusal.sentence;
    if (refusal.sentence.starts_with("FilterPolicy: failed to parse JSON."))
        return "FilterPolicy: " + json_fault(policy);
    // The place is one in the policy as SNS reads it, which has no space between its parts.
    const auto compact = without_space(policy);
    const auto again = engine::parse_filter_policy(compact, scope);
    const auto& shown = again.refusal && again.refusal->offset ? *again.refusal : refusal;
    std::string text = shown.sentence + "\n at [Source: (String)\"";
    return text.append(compact).append("\"; ").append(place_in(compact, *shown.offset)).append("]");
}

bool is_text_object(std::string_view text) {
    json::error_code fault;
    return json::parse({text.data(), text.size()}, fault).is_object() && !fault;
}

}  // namespace

SubscriptionAttributeReader::SubscriptionAttributeReader(const Surroundings& surroundings, const NamedTopic& topic,
                                                         std::string_view protocol, bool fifo_queue,
                                                         const engine::SubscriptionDescription* present)
    : surroundings_(surroundings),
      topic_(topic),
      protocol_(protocol),
      fifo_queue_(fifo_queue),
      present_(present) {
    change_.queues_may_be_missing = true;
}

Complaint SubscriptionAttributeReader::take(std::string_view name, std::string_view value) {
    // A filter policy that is too long has a sentence of its own.
    if (name != "FilterPolicy")
        if (auto complaint = fault_of_length(name, value)) return complaint;
    if (name == "RawMessageDelivery") return take_raw(value);
    if (name == "FilterPolicy") {
        change_.filter_policy = std::string(value);
        return std::nullopt;
    }
    if (name == "FilterPolicyScope") return take_scope(value);
    if (name == "RedrivePolicy") return take_redrive_policy(value);
    if (name == "DeliveryPolicy") {
        if (!value.empty() && !is_text_object(value)) return "DeliveryPolicy: " + json_fault(value);
        if (const auto fault = fault_of_subscription_policy(value)) return "DeliveryPolicy: " + *fault;
        change_.annotations[std::string(name)] = kept_subscription_policy(value);
        return std::nullopt;
    }
    if (name != "SubscriptionRoleArn" && name != "ReplayPolicy") {
        unknown_ = true;
        return std::nullopt;
    }
    change_.annotations[std::string(name)] = std::string(value);
    return std::nullopt;
}

Complaint SubscriptionAttributeReader::take_raw(std::string_view value) {
    const auto* const protocol = find_protocol(protocol_);
    if (protocol && !protocol->raw)
        return "Delivery protocol [" + protocol_ + "] does not support raw message delivery.";
    const bool raw = admin::equal_ignoring_case(value, "true");
    if (!raw && !admin::equal_ignoring_case(value, "false"))
        return "RawMessageDelivery: Invalid value [" + std::string(value) + "]. Must be true or false.";
    change_.raw = raw;
    return std::nullopt;
}

Complaint SubscriptionAttributeReader::take_scope(std::string_view value) {
    if (value == "MessageBody") {
        change_.filter_scope = engine::FilterScope::body;
    } else if (value == "MessageAttributes") {
        change_.filter_scope = engine::FilterScope::attributes;
    } else {
        return "FilterPolicyScope: Invalid value [" + std::string(value) +
               "]. Please use either MessageBody or MessageAttributes";
    }
    return std::nullopt;
}

Complaint SubscriptionAttributeReader::take_redrive_policy(std::string_view value) {
    change_.annotations["RedrivePolicy"] = std::string(value);
    change_.dead_letter_queue.emplace();
    if (value.empty()) return std::nullopt;
    json::error_code fault;
    const auto policy = json::parse({value.data(), value.size()}, fault);
    if (fault || !policy.is_object()) return "RedrivePolicy: " + json_fault(value);
    if (policy.get_object().empty()) {
        change_.annotations["RedrivePolicy"].clear();
        return std::nullopt;
    }
    const auto* const target = policy.get_object().if_contains("deadLetterTargetArn");
    const auto arn = target && target->is_string() ? parse_arn(view_of(*target)) : std::nullopt;
    // SNS wants it in the subscription's account and region.
    if (!arn || arn->service != "sqs" || !(arn->scope == topic_.scope))
        return "RedrivePolicy: deadLetterTargetArn is an invalid arn";
    const bool fifo = arn->resource.ends_with(fifo_ending);
    if (topic_.topic.name.ends_with(fifo_ending) && fifo_queue_ && !fifo)
        return "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.";
    change_.dead_letter_queue = arn->resource;
    return std::nullopt;
}

Complaint SubscriptionAttributeReader::finish() {
    if (!change_.filter_policy && !change_.filter_scope) return std::nullopt;
    const auto policy = change_.filter_policy.value_or(present_ ? present_->filter_policy : std::string());
    const auto scope = change_.filter_scope.value_or(present_ ? present_->filter_scope : engine::FilterScope{});
    const auto parsed = engine::parse_filter_policy(policy, scope);
    if (parsed.refusal) return complaint_of(*parsed.refusal, policy, scope);
    return std::nullopt;
}

json::object attributes_of(const Surroundings& surroundings, const NamedTopic& topic, std::string_view topic_policy,
                           const engine::SubscriptionDescription& subscription) {
    const bool of_queue = subscription.kind == engine::SubscriptionKind::queue;
    const bool web = subscription.protocol == "http" || subscription.protocol == "https";
    json::object attributes;
    for (const auto& [name, text] : subscription.annotations)
        if (!name.starts_with('.')) attributes[name] = text;
    attributes["SubscriptionArn"] = arn_of_subscription(topic, subscription.subscription);
    attributes["TopicArn"] = arn_of_topic(topic);
    attributes["Owner"] = topic.scope.account;
    attributes["SubscriptionPrincipal"] = iam_arn(topic.scope.region, topic.scope.account, subscriber);
    attributes["Protocol"] = of_queue ? "sqs" : subscription.protocol;
    attributes["Endpoint"] = of_queue
                                 ? arn_of("sqs", scope_of(subscription.queue.namespace_name, surroundings.options.home),
                                          subscription.queue.name)
                                 : subscription.endpoint;
    attributes["RawMessageDelivery"] = subscription.raw ? "true" : "false";
    attributes["PendingConfirmation"] = subscription.confirmed ? "false" : "true";
    // What nobody had to confirm was subscribed by somebody who may.
    const auto* const protocol = find_protocol(subscription.protocol);
    const bool authenticated =
        !protocol || !protocol->asks || !annotation_of(subscription.annotations, confirmed_by_signature).empty();
    attributes["ConfirmationWasAuthenticated"] = subscription.confirmed && authenticated ? "true" : "false";
    const bool by_body = subscription.filter_scope == engine::FilterScope::body;
    // A scope without a policy is kept, and not told.
    if (!subscription.filter_policy.empty()) {
        attributes["FilterPolicy"] = subscription.filter_policy;
        attributes["FilterPolicyScope"] = by_body ? "MessageBody" : "MessageAttributes";
    }
    if (web)
        attributes["EffectiveDeliveryPolicy"] =
            effective_subscription_policy(annotation_of(subscription.annotations, "DeliveryPolicy"), topic_policy);
    return attributes;
}

}  // namespace tern::aws::sns
