#include "broker/frontends/websocket/transport.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "broker/frontends/websocket/gate.hpp"

namespace tern::websocket {

/// How Beast ends a connection (found by argument-dependent lookup).
inline void teardown(boost::beast::role_type role, Gate& gate, boost::system::error_code& error) {
    boost::beast::websocket::teardown(role, gate.socket(), error);
}
template <class Handler>
void async_teardown(boost::beast::role_type role, Gate& gate, Handler&& handler) {
    boost::beast::websocket::async_teardown(role, gate.socket(), std::forward<Handler>(handler));
}
inline void beast_close_socket(Gate& gate) {
    boost::system::error_code ignored;
    gate.socket().close(ignored);
}

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;
using boost::system::error_code;

// A buffer that grew for a long message is not kept.
constexpr std::size_t buffer_bytes_kept_max = 4096;

ws::stream_base::timeout no_timeouts() {
    // The connections of a thread are looked at together, once a second.
    return {ws::stream_base::none(), ws::stream_base::none(), false};
}

http::request<http::empty_body> request_of(const Handshake& handshake) {
    http::request<http::empty_body> request{http::verb::get, handshake.target, 11};
    request.set(http::field::host, handshake.host);
    request.set(http::field::upgrade, "websocket");
    request.set(http::field::connection, "Upgrade");
    request.set(http::field::sec_websocket_version, "13");
    request.set(http::field::sec_websocket_key, handshake.key);
    return request;
}

/// The rule that the peer broke; empty when the connection ended for another reason.
std::string fault_of(const error_code& error) {
    const error_code closed = ws::error::closed;
    return error.category() == closed.category() && error != closed ? error.message() : std::string();
}

}  // namespace

struct Transport::Parts {
    using Stream = ws::stream<Gate, false>;

    Parts(boost::asio::ip::tcp::socket&& socket, Handshake&& handshake, const TransportOptions& options,
          TransportOwner& owner)
        : owner(owner),
          opcode(options.opcode),
          handshake(std::make_unique<Handshake>(std::move(handshake))),
          stream(std::move(socket), std::move(this->handshake->leftover), owner, options.opcode) {
        error_code ignored;
        gate().socket().non_blocking(true, ignored);
        gate().on_broken([this] { end(); });
        stream.set_option(no_timeouts());
        stream.auto_fragment(false);
        stream.read_message_max(options.message_bytes_max);
    }

    Gate& gate() { return stream.next_layer(); }
    const Gate& gate() const { return stream.next_layer(); }

    void start() {
        stream.set_option(ws::stream_base::decorator([this](ws::response_type& response) {
            response.set(http::field::server, "tern");
            if (!handshake->protocol.empty()) response.set(http::field::sec_websocket_protocol, handshake->protocol);
        }));
        stream.async_accept(request_of(*handshake), [this, keeper = owner.keep_alive()](error_code error) {
            handshake.reset();
            stream.set_option(ws::stream_base::decorator([](ws::response_type&) {}));
            if (error) return end();
            gate().open();
            owner.on_open();
            read();
            gate().flush();
        });
    }

    void read() {
        if (ended || reading) return;
        reading = true;
        read_part();
    }

    void read_part() {
        stream.async_read_some(buffer, 0, [this, keeper = owner.keep_alive()](error_code error, std::size_t) {
            if (!error && !stream.is_message_done() && owner.on_part(buffer.capacity())) return read_part();
            reading = false;
            if (error) return end(fault_of(error));
            if (stream.is_message_done()) return on_message();
            // Closing reads on by itself, and keeps nothing.
            buffer = {};
        });
    }

    void on_message() {
        if (stream.got_text() != (opcode == Opcode::text)) return refuse_kind();
        const auto data = buffer.cdata();
        const bool more = owner.on_message({static_cast<const char*>(data.data()), data.size()});
        buffer.clear();
        if (buffer.capacity() > buffer_bytes_kept_max) buffer.shrink_to_fit();
        paused = !more;
        if (more) return read();
        watch();
    }

    /// While nothing is read: keeps the owner alive, and notices when the connection breaks.
    void watch() {
        if (ended || std::exchange(watching, true)) return;
        gate().socket().async_wait(Gate::Socket::wait_error, [this, keeper = owner.keep_alive()](error_code) {
            watching = false;
            if (paused) end();
        });
    }

    void refuse_kind() {
        buffer.clear();
        close(ws::close_code::unknown_data, "the wrong kind of message for this subprotocol");
        read();
    }

    void close(std::uint16_t code, std::string_view reason) {
        if (ended || close_begun) return;
        close_begun = true;
        const ws::close_reason why(static_cast<ws::close_code>(code), beast::string_view(reason.data(), reason.size()));
        stream.async_close(why, [this, keeper = owner.keep_alive()](error_code) {
            // Without a reader nobody else notices.
            if (!reading) end();
        });
    }

    void end(std::string_view fault = {}) {
        if (std::exchange(ended, true)) return;
        error_code ignored;
        gate().socket().close(ignored);
        owner.on_end(fault);
    }

    TransportOwner& owner;
    const Opcode opcode;
    std::unique_ptr<Handshake> handshake;
    Stream stream;
    beast::flat_buffer buffer;
    bool reading = false;
    bool paused = false;
    bool watching = false;
    bool close_begun = false;
    bool ended = false;
};

Transport::Transport(boost::asio::ip::tcp::socket&& socket, Handshake&& handshake, const TransportOptions& options,
                     TransportOwner& owner)
    : parts_(std::make_unique<Parts>(std::move(socket), std::move(handshake), options, owner)) {}

Transport::~Transport() = default;

void Transport::start() {
    parts_->start();
}

void Transport::flush() {
    parts_->gate().flush();
}

void Transport::resume() {
    if (!std::exchange(parts_->paused, false)) return;
    parts_->read();
}

void Transport::ping() {
    if (parts_->ended || closing()) return;
    parts_->stream.async_ping({}, [keeper = parts_->owner.keep_alive()](error_code) {});
}

void Transport::close(std::uint16_t code, std::string_view reason) {
    parts_->close(code, reason);
}

void Transport::cut() {
    parts_->end();
}

bool Transport::closing() const {
    return parts_->close_begun || parts_->gate().closing();
}

std::uint64_t Transport::bytes_in() const {
    return parts_->gate().bytes_in();
}

std::uint64_t Transport::bytes_out() const {
    return parts_->gate().bytes_out();
}

}  // namespace tern::websocket
