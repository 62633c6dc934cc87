#pragma once

#include <variant>
#include <vector>

#include "broker/engine/queue_settings.hpp"
#include "broker/frontends/aws/call.hpp"

namespace tern::aws::sns {

/// The tags that a call gives; none when it gives none. Errors: invalid_parameter for a key that stands there twice or
/// cannot be, tag_limit (docs/aws.md sns-6).
std::variant<std::vector<engine::QueueTag>, Error> tags_in(const Call& call);

}  // namespace tern::aws::sns
