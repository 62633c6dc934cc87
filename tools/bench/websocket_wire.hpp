#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// WebSocket frames by hand (RFC 6455), as far as a measuring client needs them: what a library would spend on each
/// message would be measured along with the broker.
namespace tern::bench {

enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// The request that turns an HTTP connection into a WebSocket.
std::string websocket_request(const std::string& host, std::string_view subprotocol);

/// How many bytes of the input are the answer to that request; nothing when it has not all come.
/// Errors: throws BenchError when the answer is a refusal.
std::optional<std::size_t> websocket_response_bytes(std::string_view input);

/// A whole message in one frame, masked as a client's must be.
std::string client_frame(WebSocketOpcode opcode, std::string_view payload);

struct ServerFrame {
    WebSocketOpcode opcode = WebSocketOpcode::text;
    std::string_view payload;
    /// With its header.
    std::size_t bytes = 0;
};
/// The frame at the front of the input; nothing when it has not all come.
/// Errors: throws BenchError when it is none that a server may send.
std::optional<ServerFrame> server_frame(std::string_view input);
/// An unmasked frame, as a server sends it.
std::string server_frame_of(WebSocketOpcode opcode, std::string_view payload);

}  // namespace tern::bench
