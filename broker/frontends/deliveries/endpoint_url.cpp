#include "broker/frontends/deliveries/endpoint_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "broker/base/base64.hpp"

namespace tern::deliveries {
namespace {

bool is_port(std::string_view digits) {
    std::uint16_t number = 0;
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end && number != 0;
}

}  // namespace

std::optional<EndpointUrl> parse_endpoint_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed) return std::nullopt;
    const auto& url = *parsed;
    EndpointUrl result;
    result.https = url.scheme_id() == boost::urls::scheme::https;
    if (!result.https && url.scheme_id() != boost::urls::scheme::http) return std::nullopt;
    result.host = url.host_address();
    if (result.host.empty() || result.host.find('\0') != std::string::npos) return std::nullopt;
    result.port = std::string(url.port());
    if (result.port.empty()) result.port = result.https ? "443" : "80";
    if (!is_port(result.port)) return std::nullopt;
    result.authority = std::string(url.encoded_host_and_port());
    result.target = std::string(url.encoded_target());
    if (!result.target.starts_with('/')) result.target.insert(0, "/");
    if (url.has_userinfo()) {
        result.authorization = "Basic ";
        append_base64(result.authorization, url.user() + ":" + url.password());
    }
    return result;
}

}  // namespace tern::deliveries
