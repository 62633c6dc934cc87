#pragma once

#include <optional>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws::sns {

/// Answers what is asked under /_aws/sns/: tokens of subscriptions, and what was published to telephones and platform
/// endpoints (docs/aws.md sns-30). Nothing for other paths.
std::optional<admin::HttpResponse> answer_developer_page(const Surroundings& surroundings,
                                                         const admin::HttpRequest& request);

}  // namespace tern::aws::sns
