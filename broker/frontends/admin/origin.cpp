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

}  // namespace

bool may_come_from_its_origin(const HttpRequest& request, const std::vector<std::string>& allowed) {
    const auto origin = request.field("Origin");
    if (!origin) return true;
    if (request.count("Origin") != 1) return false;
    const auto is_allowed = [&](const std::string& one) { return one == "*" || equal_ignoring_case(one, *origin); };
    if (std::ranges::any_of(allowed, is_allowed)) return true;

    const auto authority = authority_of_origin(*origin);
    const auto host = host_of_authority(authority);
    if (!host) return false;
    return is_loopback_name(*host) || equal_ignoring_case(authority, request.field("Host").value_or(""));
}

}  // namespace tern::admin
