#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The attributes DeliveryPolicy and EffectiveDeliveryPolicy (docs/aws.md sns-3, sns-16), as JSON. What they mean:
/// deliveries/delivery_policy.hpp.
namespace tern::aws::sns {

/// What in a topic's policy is of no use: "http.defaultHealthyRetryPolicy.numRetries must be from 0 to 100". Nothing:
/// it can be followed.
std::optional<std::string> fault_of_topic_policy(std::string_view given);
/// The same, of a subscription's.
std::optional<std::string> fault_of_subscription_policy(std::string_view given);

/// A topic's policy as SNS keeps it: members that are null are left out, and disableSubscriptionOverrides is always
/// there. What has no `http` in it stays as it is.
std::string kept_topic_policy(std::string_view given);

/// A subscription's policy as SNS keeps it: what it does not say is null.
std::string kept_subscription_policy(std::string_view given);

/// Deliveries to http endpoints as the topic's policy has them, and SNS's defaults where it says nothing.
std::string effective_topic_policy(std::string_view topic);

/// As the subscription's policy has them, else the topic's.
std::string effective_subscription_policy(std::string_view subscription, std::string_view topic);

}  // namespace tern::aws::sns
