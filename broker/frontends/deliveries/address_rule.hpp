#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/address_range.hpp"

namespace tern::deliveries {

/// Which machines this broker may be made to send requests to. Without patterns only this one: whoever may subscribe
/// must not be able to reach into the broker's network (docs/deliveries.md).
class AddressRule {
public:
    AddressRule() = default;
    /// Of each: "*" for all; a host's name, or "*.example.org" for all below it, whatever addresses it has; an IP
    /// address, or a network such as 10.1.0.0/16 or fd00::/8. Nothing when one of them is none of these.
    static std::optional<AddressRule> parse(const std::vector<std::string>& patterns);

    /// Whether a connection to the address may be opened that the host's name stood for, or that is the host.
    bool allows(std::string_view host, const engine::IpAddress& address) const;
    /// Why a subscription to this URL cannot be; nothing when it may be, or when that is known only once the name is
    /// looked up.
    std::optional<std::string> refusal_of(std::string_view url) const;

private:
    bool allows_name(std::string_view host) const;

    bool all_ = false;
    std::vector<std::string> names_;
    std::vector<engine::AddressRange> ranges_;
};

}  // namespace tern::deliveries
