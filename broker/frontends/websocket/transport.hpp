#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tern::websocket {

/// RFC 6455 section 5.2.
enum class Opcode : std::uint8_t { text = 1, binary = 2 };

/// What a transport asks and tells. Everything on the connection's I/O thread.
class TransportOwner {
public:
    virtual ~TransportOwner() = default;
    /// Keeps the owner, and with it the transport, alive while something is on its way.
    virtual std::shared_ptr<TransportOwner> keep_alive() = 0;
    /// The handshake is answered.
    virtual void on_open() = 0;
    /// Part of a message has come, and takes so much memory; more will. False: it is not wanted, and the owner has
    /// begun to close.
    virtual bool on_part(std::size_t bytes) = 0;
    /// A whole message of the right kind. False: no further one is read until Transport::resume.
    virtual bool on_message(std::string_view message) = 0;
    /// Appends the pieces of the next message to send; none when there is nothing. They stay where they are until
    /// on_written.
    virtual void gather(std::vector<std::string_view>& pieces) = 0;
    /// All of the message that was gathered last has left.
    virtual void on_written() = 0;
    /// The connection is over: closed by either side, or broken. `fault` tells which rule of RFC 6455 the peer broke,
    /// if it did. Nothing is called after this.
    virtual void on_end(std::string_view fault) = 0;
};

/// The request that was found to be a good one (RFC 6455 section 4.2.1).
struct Handshake {
    std::string target;
    std::string host;
    std::string key;
    /// The subprotocol to answer with; empty for none.
    std::string protocol;
    /// What was read behind the request.
    std::string leftover;
};

struct TransportOptions {
    Opcode opcode = Opcode::text;
    std::size_t message_bytes_max = 16u << 20;
};

/// A WebSocket connection after its request: Beast for all that RFC 6455 asks of a reader and for control frames, our
/// own framing for what is sent (gate.hpp).
class Transport {
public:
    Transport(boost::asio::ip::tcp::socket&& socket, Handshake&& handshake, const TransportOptions& options,
              TransportOwner& owner);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// Answers the handshake, then reads.
    void start();
    /// There is something to gather.
    void flush();
    /// Reads again after on_message said false.
    void resume();
    void ping();
    /// Begins the closing handshake; messages that wait are not sent any more. Codes: protocol/websocket.md.
    void close(std::uint16_t code, std::string_view reason);
    /// Ends the connection at once; on_end follows.
    void cut();

    /// Either side has begun to close.
    bool closing() const;
    std::uint64_t bytes_in() const;
    std::uint64_t bytes_out() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tern::websocket
