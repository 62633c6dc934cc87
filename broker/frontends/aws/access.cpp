#include "broker/frontends/aws/access.hpp"

#include <algorithm>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/admin/local_name.hpp"

namespace tern::aws {

bool is_allowed_host(std::string_view host, const AwsOptions& options) {
    return options.any_host || host.empty() || admin::is_local_name(host, options.allowed_hosts);
}

bool is_allowed_origin(const admin::HttpRequest& request, const AwsOptions& options) {
    const auto origin = request.field("Origin");
    if (!origin) return true;
    return request.count("Origin") == 1 && std::ranges::any_of(options.allowed_origins, [&](const auto& allowed) {
               return allowed == "*" || admin::equal_ignoring_case(allowed, *origin);
           });
}

}  // namespace tern::aws
