#include "broker/frontends/aws/access.hpp"

#include "broker/frontends/admin/local_name.hpp"

namespace tern::aws {

bool is_allowed_host(std::string_view host, const AwsOptions& options) {
    return options.any_host || host.empty() || admin::is_local_name(host, options.allowed_hosts);
}

}  // namespace tern::aws
