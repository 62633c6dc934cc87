#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "broker/frontends/websocket/transport.hpp"

namespace tern::websocket {

/// Sends back what it is sent, piece by piece, as one message each.
class Echo final : public TransportOwner, public std::enable_shared_from_this<Echo> {
public:
    struct Options {
        TransportOptions transport;
        /// Instead of an echo: so many messages of a kilobyte as soon as the connection is open.
        std::size_t messages = 0;
        /// Of a message that is not whole; past it the connection is closed.
        std::size_t part_bytes_max = 1u << 20;
    };

    static std::shared_ptr<Echo> begin(boost::asio::ip::tcp::socket&& socket, std::string leftover,
                                       const Options& options) {
        std::shared_ptr<Echo> echo(new Echo(options));
        Handshake handshake{"/ws", "localhost", "dGhlIHNhbXBsZSBub25jZQ==", "", std::move(leftover)};
        echo->transport_.emplace(std::move(socket), std::move(handshake), options.transport, *echo);
        echo->transport_->start();
        return echo;
    }

    std::shared_ptr<TransportOwner> keep_alive() override { return shared_from_this(); }
    void on_open() override {
        for (std::size_t i = 0; i < options_.messages; ++i)
            waiting_.emplace_back(1024, static_cast<char>('a' + i % 26));
    }
    bool on_part(std::size_t bytes) override {
        if (bytes <= options_.part_bytes_max) return true;
        transport_->close(4004, "too much");
        return false;
    }
    bool on_message(std::string_view message) override {
        if (message == "close") {
            transport_->close(4000, "as asked");
            return true;
        }
        if (message == "ping") {
            transport_->ping();
            return true;
        }
        if (message == "pause") {
            paused = true;
            return false;
        }
        waiting_.emplace_back(message);
        transport_->flush();
        return true;
    }
    void gather(std::vector<std::string_view>& pieces) override {
        if (waiting_.empty()) return;
        pieces.emplace_back(waiting_.front());
    }
    void on_written() override { waiting_.pop_front(); }
    void on_end(std::string_view) override { ended = true; }

    Transport& transport() { return *transport_; }
    bool ended = false;
    bool paused = false;

private:
    explicit Echo(const Options& options) : options_(options) {}

    const Options options_;
    std::deque<std::string> waiting_;
    std::optional<Transport> transport_;
};

}  // namespace tern::websocket
