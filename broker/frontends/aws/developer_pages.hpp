#pragma once

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws {

/// Answers what is asked under /_aws/ and /_localstack/ (docs/aws.md sqs-45).
admin::HttpResponse answer_developer_page(const Surroundings& surroundings, const admin::HttpRequest& request);

}  // namespace tern::aws
