#pragma once

#include <string_view>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/options.hpp"

/// Who may ask at all: no page of the web that a browser shows on a machine of one's own.
namespace tern::aws {

/// True for host names that no foreign page can have (local_name.hpp).
bool is_allowed_host(std::string_view host, const AwsOptions& options);

/// True without an Origin, which only browsers send, and for origins that the operator allows.
bool is_allowed_origin(const admin::HttpRequest& request, const AwsOptions& options);

}  // namespace tern::aws
