#pragma once

#include <string_view>

#include "broker/frontends/aws/options.hpp"

/// Who may ask at all: no page of the web whose name was made to lead to a machine of one's own.
namespace tern::aws {

/// True for host names that no foreign page can have (local_name.hpp).
bool is_allowed_host(std::string_view host, const AwsOptions& options);

}  // namespace tern::aws
