#include "broker/frontends/admin/origin.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string_view>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

bool is_loopback_name(std::string_view host) {
    if (equal_ignoring_case(host, "localhost")) return true;
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    return !error && address.is_loopback();
}

/// "host:port" of an origin of the web (RFC 6454 section 6.2), or nothing of another one, such as "null".
std::string_view authority_of_origin(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.size() > scheme.size() && equal_ignoring_case(origin.substr(0, scheme.size()), scheme)) {
            return origin.substr(scheme.size());
        }
    }
    return {};
}

bool is_listed(const std::string& origin, const std::vector<std::string>& allowed) {
    return std::ranges::any_of(allowed,
                               [&](const std::string& one) { return one == "*" || equal_ignoring_case(one, origin); });
}

}  // namespace

bool is_known_origin(const HttpRequest& request, const std::vector<std::string>& allowed) {
    const auto origin = request.field("Origin");
    if (!origin) return true;
    if (request.count("Origin") != 1) return false;
    const auto host = host_of_authority(authority_of_origin(*origin));
    return is_listed(*origin, allowed) || (host && is_loopback_name(*host));
}

bool is_known_origin_or_ours(const HttpRequest& request, const std::vector<std::string>& allowed) {
    if (is_known_origin(request, allowed)) return true;
    if (request.count("Origin") != 1) return false;
    const auto authority = authority_of_origin(request.find("Origin")->value);
    return host_of_authority(authority) && equal_ignoring_case(authority, request.field("Host").value_or(""));
}

}  // namespace tern::admin
