#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tern::deliveries {

/// Where an endpoint of protocol http or https is.
struct EndpointUrl {
    bool https = false;
    /// A name, or an address without brackets.
    std::string host;
    std::string port;
    /// As the header Host has them.
    std::string authority;
    /// Path and query, encoded; at least "/".
    std::string target;
    /// "Basic …" when the URL has a user; else empty.
    std::string authorization{};
};

/// Nothing when it is not the URL of such an endpoint.
std::optional<EndpointUrl> parse_endpoint_url(std::string_view text);

}  // namespace tern::deliveries
