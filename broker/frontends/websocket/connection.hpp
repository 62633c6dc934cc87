#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/admin/upgrade.hpp"
#include "broker/frontends/native/session_host.hpp"
#include "broker/frontends/websocket/room.hpp"
#include "broker/frontends/websocket/transport.hpp"
#include "broker/frontends/websocket/watch.hpp"
#include "broker/runtime/bytes_budget.hpp"
#include "broker/runtime/connection_places.hpp"
#include "broker/runtime/io_threads.hpp"

namespace tern::websocket {

/// A session over a WebSocket. Lives on one I/O thread, as long as its transport has something on its way.
class Connection final : public native::SessionHost, public TransportOwner {
public:
    using Socket = boost::asio::ip::tcp::socket;

    static void begin(std::shared_ptr<Room> room, runtime::IoThread& thread, Socket&& socket,
                      runtime::ConnectionPlace&& place, admin::Upgrade&& upgrade, std::string&& leftover);
    ~Connection() override;

    void on_answers_told() override {
        SessionHost::on_answers_told();
        proceed();
        flush();
    }
    void on_shutdown() override;
    /// Pings, counts, and ends the connection when the peer keeps it waiting for too long.
    void on_second_passed();

private:
    Connection(std::shared_ptr<Room> room, runtime::IoThread& thread, Socket&& socket, runtime::ConnectionPlace&& place,
               admin::Upgrade&& upgrade, std::string&& leftover);

    std::shared_ptr<TransportOwner> keep_alive() override;
    void on_open() override { open_ = true; }
    bool on_part(std::size_t bytes) override;
    bool on_message(std::string_view message) override;
    void gather(std::vector<std::string_view>& pieces) override;
    void on_written() override;
    void on_end(std::string_view fault) override;
    void on_output() override { flush(); }
    void on_turn() override {
        proceed();
        flush();
    }

    bool wants_requests() const;
    bool reads_on() const;
    void proceed();
    std::size_t take(std::string_view message);
    std::size_t take_line(std::string_view message);
    std::size_t take_frame(std::string_view message);
    void request(std::string_view bytes);
    void flush();
    void close(std::uint16_t code, std::string_view reason);
    void close_for_fault();
    void count();
    void log_end(std::string_view why);

    /// What the metrics have been told.
    struct Counted {
        std::uint64_t bytes_in = 0;
        std::uint64_t bytes_out = 0;
        std::uint64_t requests = 0;
    };

    const std::shared_ptr<Room> room_;
    runtime::ConnectionPlace place_;
    const std::string peer_;
    const bool json_;
    Watch watch_;
    /// In a message that is not whole, or in what had to wait of one.
    runtime::HeldBytes held_;
    Transport transport_;
    /// What came of a message when the session wanted no more requests.
    std::string rest_;
    /// So much of it was executed.
    std::size_t rest_taken_ = 0;
    /// Of the core's output, on its way.
    std::size_t gathered_bytes_ = 0;
    bool ping_due_ = false;
    bool open_ = false;
    bool shutting_down_ = false;
    bool ended_ = false;
    Counted counted_;
};

}  // namespace tern::websocket
