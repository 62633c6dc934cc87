#pragma once

#include <string_view>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/options.hpp"

/// Who may ask at all: no page of the web that a browser shows on a machine of one's own.
namespace tern::aws {

/// True for host names that no foreign page can have: addresses, names of one label, those of this machine, those that
/// AWS and LocalStack themselves use, and those that the operator allows. A page elsewhere could else reach this port
/// by a name of its own that it resolves to 127.0.0.1 (DNS rebinding).
bool is_allowed_host(std::string_view host, const AwsOptions& options);

/// True without an Origin, which only browsers send, and for origins that the operator allows.
bool is_allowed_origin(const admin::HttpRequest& request, const AwsOptions& options);

}  // namespace tern::aws
