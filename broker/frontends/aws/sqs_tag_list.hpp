#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "broker/engine/queue_settings.hpp"
#include "broker/frontends/aws/error.hpp"

namespace tern::aws::sqs {

std::vector<engine::QueueTag> tags_of(const boost::json::object& tags);

/// docs/aws.md sqs-12. Errors: invalid_parameter_value.
std::optional<Error> check_tags(const std::vector<engine::QueueTag>& tags);

}  // namespace tern::aws::sqs
