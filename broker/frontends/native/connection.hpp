#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/native/connections.hpp"
#include "broker/frontends/native/frame_intake.hpp"
#include "broker/frontends/native/session_host.hpp"
#include "broker/frontends/native/shared_context.hpp"
#include "broker/runtime/io_threads.hpp"
#include "broker/runtime/listener.hpp"

namespace tern::native {

/// A session with a socket: one coroutine reads, one writes. Lives on one I/O thread, as long as its coroutines.
class Connection final : public SessionHost {
public:
    using Socket = boost::asio::ip::tcp::socket;

    static void begin(std::shared_ptr<SharedContext> context, std::shared_ptr<Connections> room,
                      runtime::IoThread& thread, Socket&& socket, runtime::ConnectionPlace&& place);
    ~Connection() override;

    void on_answers_told() override;
    void on_shutdown() override;
    /// Ends the connection when the peer keeps it waiting for too long.
    void on_second_passed();

private:
    Connection(std::shared_ptr<SharedContext> context, std::shared_ptr<Connections> room, runtime::IoThread& thread,
               Socket&& socket, runtime::ConnectionPlace&& place);

    // The argument lives in the coroutine's frame and keeps the connection alive.
    boost::asio::awaitable<void> read_requests(std::shared_ptr<Connection> self);
    boost::asio::awaitable<void> write_answers(std::shared_ptr<Connection> self);
    std::span<const boost::asio::const_buffer> next_buffers();
    void rest_if_idle();
    void on_bytes(std::size_t bytes);
    void on_written(std::size_t bytes);
    void on_output() override { output_.cancel(); }
    void on_turn() override;
    void proceed();
    void leave();
    void close();
    void log_end(std::string_view why);

    // What the sweep found, in seconds.
    struct Waits {
        int for_hello = 0;
        int for_reading_peer = 0;
        int for_end = 0;
        std::uint64_t written_before = 0;
    };

    const std::shared_ptr<Connections> room_;
    runtime::ConnectionPlace place_;
    Socket socket_;
    const std::string peer_;
    FrameIntake intake_;
    // Never expire: cancelling one wakes the coroutine that waits for it.
    boost::asio::steady_timer output_;
    boost::asio::steady_timer room_for_requests_;
    std::vector<boost::asio::const_buffer> buffers_;
    std::uint64_t written_ = 0;
    /// Of the thread, as of the last write.
    std::uint64_t commands_before_ = 0;
    Waits waits_;
    /// As of the last sweep, and whether nothing came since: then no memory waits for the next bytes.
    std::uint64_t read_ = 0;
    std::uint64_t read_before_ = 0;
    bool idle_ = false;
    /// The writing coroutine has a piece on its way.
    bool writing_ = false;
    bool shutting_down_ = false;
    bool closed_ = false;
};

}  // namespace tern::native
