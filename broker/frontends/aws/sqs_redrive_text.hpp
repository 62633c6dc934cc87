#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "broker/engine/queue_settings.hpp"
#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// Redrive policies, which SQS has as JSON within a text (docs/aws.md sqs-39, sqs-40). An empty text removes one.
namespace tern::aws::sqs {

/// Errors: invalid_parameter_value, with the reason.
std::variant<engine::RedrivePolicy, Error> parse_redrive_policy(const Surroundings& surroundings, std::string_view text,
                                                                const NamedQueue& source);
std::variant<engine::RedriveAllowPolicy, Error> parse_redrive_allow_policy(const Surroundings& surroundings,
                                                                           std::string_view text,
                                                                           const NamedQueue& dead_letter_queue);

std::string text_of(const engine::RedrivePolicy& policy, const Scope& scope);
std::string text_of(const engine::RedriveAllowPolicy& policy, const Scope& scope);

}  // namespace tern::aws::sqs
