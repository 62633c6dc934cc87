#include "broker/frontends/aws/access.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <string>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::aws {
namespace {

constexpr std::array<std::string_view, 6> known_hosts = {"*.localhost",          "*.localstack.cloud",
                                                         "*.amazonaws.com",      "*.amazonaws.com.cn",
                                                         "host.docker.internal", "host.testcontainers.internal"};

/// "*.example.org" fits what ends in .example.org.
bool fits(std::string_view host, std::string_view pattern) {
    if (pattern == "*") return true;
    if (!pattern.starts_with("*.")) return admin::equal_ignoring_case(host, pattern);
    const auto suffix = pattern.substr(1);
    return host.size() > suffix.size() && admin::equal_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
}

bool is_address(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    boost::asio::ip::make_address(std::string(host), error);
    return !error;
}

}  // namespace

bool is_allowed_host(std::string_view host, const AwsOptions& options) {
    if (options.any_host || host.empty()) return true;
    if (host.find('.') == std::string_view::npos || is_address(host)) return true;
    const auto is_pattern_of_host = [&](std::string_view pattern) { return fits(host, pattern); };
    return std::ranges::any_of(known_hosts, is_pattern_of_host) ||
           std::ranges::any_of(options.allowed_hosts, is_pattern_of_host);
}

bool is_allowed_origin(const admin::HttpRequest& request, const AwsOptions& options) {
    const auto origin = request.field("Origin");
    if (!origin) return true;
    return request.count("Origin") == 1 && std::ranges::any_of(options.allowed_origins, [&](const auto& allowed) {
               return allowed == "*" || admin::equal_ignoring_case(allowed, *origin);
           });
}

}  // namespace tern::aws
