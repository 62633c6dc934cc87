#include "broker/engine/address_range.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstddef>
#include <cstring>

namespace tern::engine {

std::optional<IpAddress> ip_address(std::string_view text) {
    char buffer[INET6_ADDRSTRLEN];
    if (text.empty() || text.size() >= sizeof buffer || text.find('\0') != text.npos) return std::nullopt;
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = '\0';

    IpAddress address;
    address.version_6 = text.find(':') != text.npos;
    if (inet_pton(address.version_6 ? AF_INET6 : AF_INET, buffer, address.bytes.data()) != 1) return std::nullopt;
    return address;
}

bool AddressRange::contains(const IpAddress& address) const {
    if (address.version_6 != network.version_6) return false;
    const auto whole_bytes = static_cast<std::size_t>(prefix_bits) / 8;
    if (std::memcmp(network.bytes.data(), address.bytes.data(), whole_bytes) != 0) return false;
    const int rest = prefix_bits % 8;
    return rest == 0 || (network.bytes[whole_bytes] ^ address.bytes[whole_bytes]) >> (8 - rest) == 0;
}

std::variant<AddressRange, std::string> address_range(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos || slash + 1 == text.size() || text.find('/', slash + 1) != text.npos) {
        return std::string("Malformed CIDR, one '/' required");
    }
    const auto digits = text.substr(slash + 1);
    int bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
        return std::string("Malformed CIDR, mask bits must be an integer");
    }
    if (bits < 0) return std::string("Malformed CIDR, mask bits must not be negative");

    const auto network = ip_address(text.substr(0, slash));
    if (!network) return "Nonstandard IP address: " + std::string(text.substr(0, slash));
    if (!network->version_6 && bits > 32) return std::string("IPv4 mask bits must be < 33");
    if (bits > 128) return std::string("IPv6 mask bits must be < 129");
    return AddressRange{*network, bits};
}

}  // namespace tern::engine
