#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "broker/frontends/admin/websocket_door.hpp"
#include "broker/frontends/native/session_core.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/io_threads.hpp"

namespace tern::websocket {

struct WebSocketOptions {
    std::size_t connections_max = 20'000;
    std::size_t connections_per_address_max = 20'000;
    /// Its frame_bytes_max is the longest message.
    native::SessionLimits limits = {};
    /// 0: as many as come.
    std::uint64_t requests_per_second_max = 0;
};

/// The sessions over WebSockets, in JSON and in frames (protocol/websocket.md). Connections come from the HTTP port.
/// The broker and the I/O threads outlive it, the threads with their connections.
class WebSocketFrontend final : public admin::WebSocketDoor {
public:
    WebSocketFrontend(runtime::Broker& broker, runtime::IoThreads& threads, const WebSocketOptions& options);
    ~WebSocketFrontend() override;
    WebSocketFrontend(const WebSocketFrontend&) = delete;
    WebSocketFrontend& operator=(const WebSocketFrontend&) = delete;

    std::optional<runtime::ConnectionPlace> take_place(const boost::asio::ip::address& address) override;
    void enter(runtime::IoThread& thread, boost::asio::ip::tcp::socket&& socket, runtime::ConnectionPlace&& place,
               admin::Upgrade&& upgrade, std::string&& leftover) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tern::websocket
