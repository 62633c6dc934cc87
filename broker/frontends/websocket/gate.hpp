#pragma once

#include <array>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/frontends/websocket/transport.hpp"

namespace tern::websocket {

/// Counts what was read on its way to Beast, whose handler it wraps.
template <class Handler>
struct CountingHandler {
    Handler handler;
    std::uint64_t* bytes_in;

    void operator()(const boost::system::error_code& error, std::size_t bytes) {
        *bytes_in += bytes;
        std::move(handler)(error, bytes);
    }
};

/// The layer between Beast's WebSocket stream and the socket. Beast reads through it and writes its own frames (the
/// handshake's answer, pongs, pings, close) into it; our messages go past Beast, framed here, so that a publication's
/// bytes are shared by all subscribers and many of them leave in one write. One write is on its way at a time, and each
/// frame leaves whole: whose turn it is is decided in between.
class Gate {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using executor_type = Socket::executor_type;
    using Error = boost::system::error_code;

    /// `leftover` are bytes that were read with the handshake's request.
    Gate(Socket&& socket, std::string leftover, TransportOwner& owner, Opcode opcode)
        : socket_(std::move(socket)),
          leftover_(std::move(leftover)),
          owner_(owner),
          opcode_(opcode) {}

    executor_type get_executor() noexcept { return socket_.get_executor(); }
    Socket& socket() { return socket_; }

    // ---- for Beast

    template <class To, class Token>
    auto async_read_some(const To& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
            [this](auto&& handler, const To& to) { read(to, std::forward<decltype(handler)>(handler)); }, token,
            buffers);
    }

    template <class From, class Token>
    auto async_write_some(const From& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
            [this](auto&& handler, const From& from) {
                write_frame({bytes_of(from), erased(std::forward<decltype(handler)>(handler))});
            },
            token, buffers);
    }

    // ---- for the transport

    /// From now on messages may go, until Beast writes a close frame.
    void open() { open_ = true; }
    /// A message could not be written: the connection is broken. Told from the event loop, never from within a call.
    void on_broken(std::function<void()> tell) { on_broken_ = std::move(tell); }
    /// Writes what the owner has, as far as the socket takes it; goes on by itself.
    void flush();
    std::uint64_t bytes_in() const { return bytes_in_; }
    std::uint64_t bytes_out() const { return bytes_out_; }
    /// A close frame is written or waits to be.
    bool closing() const { return closing_; }

private:
    using Buffers = std::vector<boost::asio::const_buffer>;
    using Done = std::function<void(Error, std::size_t)>;
    /// A frame of Beast's.
    struct Frame {
        std::string bytes;
        Done done;
    };
    /// What is being written. The handler of the write owns it, so that it goes with the io_context.
    struct Flight {
        Buffers rest;
        /// When it is one of Beast's.
        std::optional<Frame> frame;
        /// Beast's next one, which waits.
        std::optional<Frame> next;
    };

    template <class From>
    static std::string bytes_of(const From& buffers) {
        std::string bytes(boost::asio::buffer_size(buffers), '\0');
        boost::asio::buffer_copy(boost::asio::buffer(bytes), buffers);
        return bytes;
    }
    /// Beast's operations can be moved only.
    template <class Handler>
    static Done erased(Handler&& handler) {
        auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        return [kept](Error error, std::size_t bytes) { std::move (*kept)(error, bytes); };
    }
    template <class To, class Handler>
    void read(const To& buffers, Handler&& handler) {
        CountingHandler<std::decay_t<Handler>> counting{std::forward<Handler>(handler), &bytes_in_};
        if (leftover_.empty()) return socket_.async_read_some(buffers, std::move(counting));
        const auto count = boost::asio::buffer_copy(buffers, boost::asio::buffer(leftover_));
        leftover_.erase(0, count);
        if (leftover_.empty()) leftover_ = {};
        boost::asio::post(get_executor(),
                          [counting = std::move(counting), count]() mutable { std::move(counting)(Error(), count); });
    }

    void write_frame(Frame&& frame);
    bool write_message();
    Error write_now(Buffers& buffers);
    void write_rest(std::unique_ptr<Flight> flight);
    void finish(Flight& flight, const Error& error);
    void advance(Buffers& buffers, std::size_t bytes);
    void fail();

    Socket socket_;
    std::string leftover_;
    TransportOwner& owner_;
    const Opcode opcode_;
    bool open_ = false;
    bool closing_ = false;
    bool flushing_ = false;
    std::uint64_t bytes_in_ = 0;
    std::uint64_t bytes_out_ = 0;
    std::function<void()> on_broken_;
    /// Of the message on its way.
    std::array<char, 10> header_{};
    /// Owned by the handler of the write on its way.
    Flight* flight_ = nullptr;
};

}  // namespace tern::websocket

/// The wrapped handler's executor, allocator and cancellation slot are those of the wrapper.
template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, tern::websocket::CountingHandler<Handler>, Default>
    : Associator<Handler, Default> {
    static typename Associator<Handler, Default>::type get(const tern::websocket::CountingHandler<Handler>& wrapper,
                                                           const Default& otherwise = Default()) noexcept {
        return Associator<Handler, Default>::get(wrapper.handler, otherwise);
    }
};
