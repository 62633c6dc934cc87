#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/aws/operation.hpp"
#include "broker/frontends/aws/parameters.hpp"
#include "broker/frontends/aws/sns_errors.hpp"

/// What the ARNs of SNS name.
namespace tern::aws::sns {

struct NamedTopic {
    Scope scope;
    engine::TopicName topic;
};
struct NamedSubscription {
    NamedTopic topic;
    /// The part behind the topic's ARN.
    std::string id;
};

/// Whether it may name a topic: of SNS, and no subscription, application or endpoint.
bool is_topic(const Arn& arn);

NamedTopic topic_in(const Surroundings& surroundings, Scope scope, std::string_view name);
/// The topic that a parameter names by ARN; it must be of the call's region (docs/aws.md sns-4).
std::variant<NamedTopic, Error> topic_of(const Surroundings& surroundings, const Call& call,
                                         std::string_view parameter = "TopicArn");
std::variant<NamedTopic, Error> topic_of_arn(const Surroundings& surroundings, const Call& call, std::string_view arn,
                                             std::string_view parameter);
/// By SubscriptionArn, whichever region it is of (docs/aws.md sns-17).
std::variant<NamedSubscription, Error> subscription_of(const Surroundings& surroundings, const Call& call);
std::optional<NamedSubscription> subscription_of_arn(const Surroundings& surroundings, std::string_view arn);

std::string arn_of_topic(const NamedTopic& topic);
std::string arn_of_subscription(const NamedTopic& topic, std::string_view id);

/// Errors: as engine::describe_topic, as SNS has them.
std::variant<engine::TopicDescription, Error> describe(const Surroundings& surroundings, const NamedTopic& topic);

/// "An ARN must have at least 6 elements, not N", or nothing.
std::optional<std::string> too_few_elements(std::string_view arn);

/// A command whose answer says no more than that it was done.
Submit submit_and_say_nothing(engine::Command&& command, std::size_t bytes = 0);

}  // namespace tern::aws::sns
