#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/engine/queue_settings.hpp"
#include "broker/frontends/aws/error.hpp"

namespace tern::aws::sqs {

/// The tags that a queue is to get. Errors: invalid_parameter_value (docs/aws.md sqs-12).
std::variant<std::vector<engine::QueueTag>, Error> tags_in(const boost::json::object& tags,
                                                           std::string_view queue_name);

}  // namespace tern::aws::sqs
