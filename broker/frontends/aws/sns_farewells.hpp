#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/frontends/aws/sns_names.hpp"

/// What is remembered of http endpoints that have unsubscribed, so that the token of their UnsubscribeConfirmation
/// brings them back (docs/aws.md sns-18): for three days, and of an account in a region the last thousand, or 4 MiB.
namespace tern::aws::sns {

/// Remembers the subscription under the token, for one whose end was answered with success. After the end, which shall
/// come also if the client hangs up meanwhile.
Submit remember(const NamedTopic& topic, const engine::SubscriptionDescription& subscription, const std::string& token);

/// What subscribes the endpoint again that has been sent this token. Nothing: it is not known, or not any more.
std::optional<engine::AddEndpoint> recall(const Surroundings& surroundings, const NamedTopic& topic,
                                          const std::string& token);

}  // namespace tern::aws::sns
