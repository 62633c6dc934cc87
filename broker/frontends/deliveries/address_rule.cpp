#include "broker/frontends/deliveries/address_rule.hpp"

#include <algorithm>
#include <variant>

#include "broker/frontends/deliveries/endpoint_url.hpp"

namespace tern::deliveries {
namespace {

/// An IPv4 address that is written as one of IPv6 (::ffff:10.0.0.1) is still that.
engine::IpAddress plain(const engine::IpAddress& address) {
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (!address.version_6 || !std::equal(mapped.begin(), mapped.end(), address.bytes.begin())) return address;
    engine::IpAddress inner;
    std::copy(address.bytes.begin() + mapped.size(), address.bytes.end(), inner.bytes.begin());
    return inner;
}

bool is_loopback(const engine::IpAddress& address) {
    if (!address.version_6) return address.bytes[0] == 127;
    engine::IpAddress one;
    one.bytes[15] = 1;
    return address.bytes == one.bytes;
}

std::optional<engine::AddressRange> range_of(std::string_view pattern) {
    if (const auto address = engine::ip_address(pattern))
        return engine::AddressRange{*address, address->version_6 ? 128 : 32};
    auto range = engine::address_range(pattern);
    if (auto* const parsed = std::get_if<engine::AddressRange>(&range)) return *parsed;
    return std::nullopt;
}

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    });
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<AddressRule> AddressRule::parse(const std::vector<std::string>& patterns) {
    AddressRule rule;
    for (const auto& pattern : patterns) {
        if (pattern == "*") {
            rule.all_ = true;
        } else if (const auto range = range_of(pattern)) {
            rule.ranges_.push_back(*range);
        } else if (is_name(pattern.starts_with("*.") ? std::string_view(pattern).substr(2) : pattern)) {
            rule.names_.push_back(pattern);
        } else {
            return std::nullopt;
        }
    }
    return rule;
}

bool AddressRule::allows_name(std::string_view host) const {
    return std::ranges::any_of(names_, [&](std::string_view name) {
        if (!name.starts_with("*.")) return same_name(host, name);
        const auto end = name.substr(1);
        return host.size() > end.size() && same_name(host.substr(host.size() - end.size()), end);
    });
}

bool AddressRule::allows(std::string_view host, const engine::IpAddress& address) const {
    const auto numbers = plain(address);
    if (all_ || is_loopback(numbers) || allows_name(host)) return true;
    return std::ranges::any_of(ranges_, [&](const engine::AddressRange& range) {
        return range.network.version_6 == numbers.version_6 && range.contains(numbers);
    });
}

std::optional<std::string> AddressRule::refusal_of(std::string_view url) const {
    const auto parsed = parse_endpoint_url(url);
    if (!parsed) return "it is not an HTTP or HTTPS URL";
    const auto address = engine::ip_address(parsed->host);
    if (!address || allows(parsed->host, *address)) return std::nullopt;
    return parsed->host + " is not among the addresses to which this broker delivers (setting delivery_hosts)";
}

}  // namespace tern::deliveries
