#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "broker/frontends/admin/upgrade.hpp"
#include "broker/runtime/connection_places.hpp"
#include "broker/runtime/io_threads.hpp"

namespace tern::admin {

/// Where connections go that become WebSockets. From any I/O thread.
class WebSocketDoor {
public:
    virtual ~WebSocketDoor() = default;
    /// Nothing when there are as many WebSockets as there may be.
    virtual std::optional<runtime::ConnectionPlace> take_place(const boost::asio::ip::address& address) = 0;
    /// Takes the connection over and answers its request. On its I/O thread. `leftover` was read behind the request.
    virtual void enter(runtime::IoThread& thread, boost::asio::ip::tcp::socket&& socket,
                       runtime::ConnectionPlace&& place, Upgrade&& upgrade, std::string&& leftover) = 0;
};

}  // namespace tern::admin
