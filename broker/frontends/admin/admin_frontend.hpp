#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "broker/frontends/admin/http_service.hpp"
#include "broker/frontends/admin/websocket_door.hpp"
#include "broker/runtime/local_broker.hpp"

namespace tern::admin {

struct AdminOptions {
    boost::asio::ip::tcp::endpoint endpoint;
    std::size_t connections_max = 10'000;
    std::size_t connections_per_address_max = 10'000;
    /// Serves requests for any Host. Otherwise only those that name this machine: a web page that a browser on this
    /// machine shows could else read what is here by a name of its own that it resolves to 127.0.0.1 (DNS rebinding).
    bool any_host = false;
    /// Names by which /health and /metrics are shown besides those that are local (local_name.hpp).
    std::vector<std::string> allowed_hosts = {};
    /// Origins of pages, besides those of this machine and of the host they ask, that may publish and open WebSockets.
    std::vector<std::string> allowed_origins = {};
    /// Where WebSockets go; outlives the front end and the I/O threads. None: they are refused.
    WebSocketDoor* door = nullptr;
    /// Further front ends behind this port; as long-lived.
    std::vector<HttpService*> services = {};
    /// Nothing but those and /health.
    bool services_alone = false;
};

/// The HTTP port: /health and /metrics, publishing, and the way to the WebSockets. The broker outlives it, its I/O
/// threads with their connections.
class AdminFrontend {
public:
    /// Binds and listens at once. Errors: throws boost::system::system_error when the address cannot be used.
    AdminFrontend(runtime::LocalBroker& broker, const AdminOptions& options);
    ~AdminFrontend();
    AdminFrontend(const AdminFrontend&) = delete;
    AdminFrontend& operator=(const AdminFrontend&) = delete;

    /// Begins to accept.
    void start();
    /// Accepts no more; the connections there go on. Not from an I/O thread.
    void stop_accepting();
    /// With the port that the system chose where 0 was asked for.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tern::admin
