#include "broker/frontends/admin/local_name.hpp"

#include <algorithm>
#include <array>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

constexpr std::array<std::string_view, 6> known_hosts = {"*.localhost",          "*.localstack.cloud",
                                                         "*.amazonaws.com",      "*.amazonaws.com.cn",
                                                         "host.docker.internal", "host.testcontainers.internal"};

/// "*.example.org" fits what ends in .example.org.
bool fits(std::string_view host, std::string_view pattern) {
    if (pattern == "*") return true;
    if (!pattern.starts_with("*.")) return equal_ignoring_case(host, pattern);
    const auto suffix = pattern.substr(1);
    return host.size() > suffix.size() && equal_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
}

}  // namespace

std::optional<boost::asio::ip::address> address_of_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const std::string text(host);
    boost::system::error_code error;
    // The usual one first: asking for any of both tries the longer form before.
    if (const auto address = boost::asio::ip::make_address_v4(text, error); !error) return address;
    if (const auto address = boost::asio::ip::make_address_v6(text, error); !error) return address;
    return std::nullopt;
}

bool is_local_name(std::string_view host, const std::vector<std::string>& allowed) {
    if (host.find('.') == std::string_view::npos || address_of_host(host)) return true;
    const auto is_pattern_of_host = [&](std::string_view pattern) { return fits(host, pattern); };
    return std::ranges::any_of(known_hosts, is_pattern_of_host) || std::ranges::any_of(allowed, is_pattern_of_host);
}

}  // namespace tern::admin
