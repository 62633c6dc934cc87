#pragma once

#include <variant>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/call.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws {

/// A request at a queue's URL that says nothing of what is wanted.
struct NoAction {};

/// Makes a call of a request. Fills in, in any case, what its answer needs. Its request id is left as it is.
/// Errors: unknown_operation, invalid_action, serialization, malformed_query.
std::variant<const Operation*, Error, NoAction> read_call(const AwsOptions& options, const admin::HttpRequest& request,
                                                          Call& call);

}  // namespace tern::aws
