#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// IP addresses and ranges of them, as the operator "cidr" of filter policies has them.
namespace tern::engine {

struct IpAddress {
    /// In network order; of IPv4 the first four.
    std::array<unsigned char, 16> bytes{};
    bool version_6 = false;
};
/// Nothing: it is no address in figures.
std::optional<IpAddress> ip_address(std::string_view text);

/// A network: the addresses that begin with the same bits.
struct AddressRange {
    IpAddress network;
    int prefix_bits = 0;

    bool contains(const IpAddress& address) const;
};

/// "10.0.0.0/24", "2001:db8::/32"; or the sentence with which SNS refuses the text.
std::variant<AddressRange, std::string> address_range(std::string_view text);

}  // namespace tern::engine
