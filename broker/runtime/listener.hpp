#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "broker/runtime/connection_places.hpp"
#include "broker/runtime/io_threads.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::runtime {

struct ListenerOptions {
    /// For the log: "native", "http".
    std::string name;
    boost::asio::ip::tcp::endpoint endpoint;
    std::size_t connections_max = 10'000;
    std::size_t connections_per_address_max = 10'000;
};

/// Accepts TCP connections and spreads them over the I/O threads, in turn. Past the limits a connection is
/// closed at once; when descriptors run out, accepting pauses until there are some again.
class Listener {
public:
    /// Called on the connection's I/O thread; the socket belongs to its io_context. TCP_NODELAY is set.
    using OnConnection = std::function<void(boost::asio::ip::tcp::socket, IoThread&, ConnectionPlace)>;

    /// Binds and listens at once. Errors: throws boost::system::system_error when the address cannot be used.
    Listener(IoThreads& threads, const ListenerOptions& options, ConnectionMetrics& metrics, Log& log,
             OnConnection on_connection);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// The address, with the port that the system chose where 0 was asked for.
    boost::asio::ip::tcp::endpoint local_endpoint() const;
    /// Begins to accept. Until then connections wait in the backlog.
    void start();
    /// Accepts no more, and the port is free; the connections there are go on. Not from an I/O thread.
    void stop();

private:
    struct Core;
    std::shared_ptr<Core> core_;
};

/// "HOST:PORT" of an endpoint, an IPv6 host in brackets.
std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace tern::runtime
