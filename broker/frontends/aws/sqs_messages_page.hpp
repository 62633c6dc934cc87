#pragma once

#include <optional>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws::sqs {

/// Answers what is asked at /_aws/sqs/messages: a queue's messages, which stay as they are (docs/aws.md sqs-45).
/// Nothing when it is another page.
std::optional<admin::HttpResponse> answer_messages_page(const Surroundings& surroundings,
                                                        const admin::HttpRequest& request);

}  // namespace tern::aws::sqs
