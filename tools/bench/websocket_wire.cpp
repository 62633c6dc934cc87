#include "tools/bench/websocket_wire.hpp"

#include <fmt/format.h>

#include "protocol/limits.hpp"
#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace {

constexpr char final_bit = '\x80';
constexpr char mask_bit = '\x80';
/// Any would do: masks protect proxies that are not here.
constexpr std::string_view mask = "tern";
constexpr std::size_t response_bytes_max = 16u << 10;

std::string header(WebSocketOpcode opcode, std::size_t payload_bytes, bool masked) {
    std::string bytes(1, static_cast<char>(final_bit | static_cast<char>(opcode)));
    const auto length = [&](std::size_t code, int length_bytes) {
        bytes += static_cast<char>(static_cast<char>(code) | (masked ? mask_bit : '\0'));
        for (int shift = 8 * (length_bytes - 1); shift >= 0; shift -= 8)
            bytes += static_cast<char>(payload_bytes >> shift & 0xFF);
    };
    if (payload_bytes < 126)
        length(payload_bytes, 0);
    else if (payload_bytes < 65'536)
        length(126, 2);
    else
        length(127, 8);
    return bytes;
}

std::size_t big_endian_number(std::string_view bytes) {
    std::size_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::string websocket_request(const std::string& host, std::string_view subprotocol) {
    return fmt::format(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {}\r\n\r\n",
        host, subprotocol);
}

std::optional<std::size_t> websocket_response_bytes(std::string_view input) {
    const auto end = input.find("\r\n\r\n");
    if (end == input.npos) {
        if (input.size() > response_bytes_max) throw BenchError("The answer to a WebSocket's handshake has no end.");
        return std::nullopt;
    }
    if (!input.starts_with("HTTP/1.1 101 "))
        throw BenchError(fmt::format("The broker refused a WebSocket: {}", input.substr(0, input.find("\r\n"))));
    return end + 4;
}

std::string client_frame(WebSocketOpcode opcode, std::string_view payload) {
    auto frame = header(opcode, payload.size(), true);
    frame += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
    return frame;
}

std::string server_frame_of(WebSocketOpcode opcode, std::string_view payload) {
    return header(opcode, payload.size(), false).append(payload);
}

std::optional<ServerFrame> server_frame(std::string_view input) {
    if (input.size() < 2) return std::nullopt;
    if ((input[0] & 0x70) != 0 || (input[1] & mask_bit) != 0)
        throw BenchError("The broker sent what is no frame of a WebSocket.");
    const auto code = static_cast<std::size_t>(input[1]);
    const std::size_t length_bytes = code == 127 ? 8 : code == 126 ? 2 : 0;
    const auto header_bytes = 2 + length_bytes;
    if (input.size() < header_bytes) return std::nullopt;
    const auto payload_bytes = length_bytes > 0 ? big_endian_number(input.substr(2, length_bytes)) : code;
    if (payload_bytes > 2 * protocol::frame_bytes_max) throw BenchError("The broker sent a WebSocket frame too long.");
    if (input.size() - header_bytes < payload_bytes) return std::nullopt;
    return ServerFrame{static_cast<WebSocketOpcode>(input[0] & 0x0F), input.substr(header_bytes, payload_bytes),
                       header_bytes + payload_bytes};
}

}  // namespace tern::bench
