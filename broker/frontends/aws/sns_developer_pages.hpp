#pragma once

#include <optional>

#include "broker/frontends/admin/http_step.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws::sns {

/// Answers what is asked under /_aws/sns/: tokens of subscriptions, and what was published to telephones and platform
/// endpoints, which can be deleted, too (docs/aws.md sns-30). Nothing for other paths.
std::optional<admin::HttpStep> answer_developer_page(const Surroundings& surroundings,
                                                     const admin::HttpRequest& request);

}  // namespace tern::aws::sns
