#include <charconv>
#include <stdexcept>
#include <string>

#include "tern/client_options.hpp"
#include "tern/message.hpp"

namespace tern {

namespace {

[[noreturn]] void refuse_address(std::string_view text) {
    throw std::invalid_argument("\"" + std::string(text) +
                                "\" is not an address: expected HOST:PORT, such as 127.0.0.1:4565");
}

std::uint16_t parse_port(std::string_view digits, std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0) refuse_address(text);
    return port;
}

}  // namespace

ServerAddress ServerAddress::parse(std::string_view text) {
    ServerAddress address;
    auto rest = text;
    if (rest.starts_with('[')) {
        const auto end = rest.find(']');
        if (end == std::string_view::npos) refuse_address(text);
        address.host = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (!rest.empty() && rest.front() != ':') refuse_address(text);
    } else {
        const auto colon = rest.rfind(':');
        // More than one colon: an IPv6 address, which needs brackets to tell where the port begins.
        if (colon != std::string_view::npos && rest.find(':') != colon) refuse_address(text);
        address.host = rest.substr(0, colon);
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon);
    }
    if (address.host.empty()) refuse_address(text);
    if (!rest.empty()) address.port = parse_port(rest.substr(1), text);
    return address;
}

std::string ServerAddress::text() const {
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string to_string(const MessageId& id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (int nibble = 0; nibble < 32; ++nibble) {
        const auto word = nibble < 16 ? id.high : id.low;
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text += '-';
        text += digits[(word >> (60 - 4 * (nibble % 16))) & 0xf];
    }
    return text;
}

}  // namespace tern
