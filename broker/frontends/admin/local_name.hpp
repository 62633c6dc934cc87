#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::admin {

/// Of a host that is an IP address, in brackets or not; nothing for a name.
std::optional<boost::asio::ip::address> address_of_host(std::string_view host);

/// True for host names that no foreign page can have: addresses, names of one label, those of this machine, those that
/// AWS and LocalStack themselves use, and those that the operator allows, whole or as "*.example.org". A page elsewhere
/// could else reach a port of this machine by a name of its own that it resolves to 127.0.0.1 (DNS rebinding).
bool is_local_name(std::string_view host, const std::vector<std::string>& allowed);

}  // namespace tern::admin
