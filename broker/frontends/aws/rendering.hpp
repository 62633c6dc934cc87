#pragma once

#include <boost/json/object.hpp>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/call.hpp"
#include "broker/frontends/aws/operation.hpp"

namespace tern::aws {

/// The answer to a call, in the call's protocol.
admin::HttpResponse render_result(const Call& call, const Operation& operation, const boost::json::object& result);
admin::HttpResponse render_error(const Call& call, const Error& error);

/// The answer at a queue's URL when no action is named.
admin::HttpResponse render_unknown_operation(const Call& call);

}  // namespace tern::aws
