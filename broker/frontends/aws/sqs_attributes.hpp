#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>
#include <variant>

#include "broker/engine/queries.hpp"
#include "broker/engine/queue_settings.hpp"
#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// A queue's attributes: texts to SQS, settings to the engine (docs/aws.md sqs-4 to sqs-8, sqs-39, sqs-40).
namespace tern::aws::sqs {

/// Errors: attribute_name_invalid, attribute_value_invalid, invalid_parameter_value.
std::variant<engine::QueueSettingsChange, Error> settings_of(const Surroundings& surroundings,
                                                             const boost::json::object& attributes,
                                                             const NamedQueue& queue);

/// What the engine refused, in SQS's words. `redrive_policy`: the text that was asked for, if any.
Error refusal_of_settings(const Surroundings& surroundings, const Call& call, const NamedQueue& queue,
                          const engine::Answer& answer, const std::string& redrive_policy);

/// All attributes of a queue, in the order of SQS's documentation.
boost::json::object attributes_of(const NamedQueue& queue, const engine::QueueDescription& description);

/// Whether SQS has an attribute of this name; "All" is none.
bool is_attribute(std::string_view name);

}  // namespace tern::aws::sqs
