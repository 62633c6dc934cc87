#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>

#include "broker/frontends/native/session_core.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/io_threads.hpp"

namespace tern::native {

struct NativeOptions {
    boost::asio::ip::tcp::endpoint endpoint;
    std::size_t connections_max = 10'000;
    SessionLimits limits = {};
    std::size_t connections_per_address_max = 10'000;
};

/// The native protocol on a TCP port. The broker and the I/O threads outlive it, the threads with their connections.
class NativeFrontend {
public:
    /// Binds and listens at once. Errors: throws boost::system::system_error when the address cannot be used.
    NativeFrontend(runtime::Broker& broker, runtime::IoThreads& threads, const NativeOptions& options);
    /// Waits for a backup that is being written. Connections go on until their I/O thread ends.
    ~NativeFrontend();
    NativeFrontend(const NativeFrontend&) = delete;
    NativeFrontend& operator=(const NativeFrontend&) = delete;

    /// Begins to accept.
    void start();
    /// Accepts no more; the connections there are go on. From any thread.
    void stop_accepting();

    /// With the port that the system chose where 0 was asked for.
    boost::asio::ip::tcp::endpoint local_endpoint() const;
    /// Connections that are open. From any thread.
    std::size_t connections() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tern::native
