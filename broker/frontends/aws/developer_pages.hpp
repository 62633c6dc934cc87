#pragma once

#include "broker/frontends/admin/http_step.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws {

/// Answers what is asked under /_aws/ and /_localstack/ (docs/aws.md sqs-45).
admin::HttpStep answer_developer_page(const Surroundings& surroundings, const admin::HttpRequest& request);

}  // namespace tern::aws
