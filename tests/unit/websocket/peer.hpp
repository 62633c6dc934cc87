#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern::websocket {

/// A frame as it came.
struct PeerFrame {
    /// With the bits of the last frame and the reserved ones.
    unsigned first = 0;
    std::string payload;

    unsigned opcode() const { return first & 0x0Fu; }
};

/// The client's end of a WebSocket, frame by frame, so that it can break every rule.
class Peer {
public:
    explicit Peer(boost::asio::ip::tcp::socket&& socket) : socket_(std::move(socket)) {}

    /// One masked frame, or an unmasked one; `first` with the bit of the last frame.
    static std::string frame(unsigned first, std::string_view payload, bool masked = true) {
        std::string bytes(1, static_cast<char>(first));
        const unsigned mask_bit = masked ? 0x80 : 0;
        if (payload.size() < 126) {
            bytes += static_cast<char>(mask_bit | payload.size());
        } else if (payload.size() <= 0xFFFF) {
            bytes += static_cast<char>(mask_bit | 126);
            for (const int shift : {8, 0}) bytes += static_cast<char>(payload.size() >> shift);
        } else {
            bytes += static_cast<char>(mask_bit | 127);
            for (const int shift : {56, 48, 40, 32, 24, 16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift);
        }
        if (!masked) return bytes.append(payload);
        constexpr std::array<char, 4> key = {0x12, 0x34, 0x56, 0x78};
        bytes.append(key.data(), key.size());
        for (std::size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ key[i % 4]);
        return bytes;
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
    void send_text(std::string_view payload) { send(frame(0x81, payload)); }

    /// The bytes up to an empty line.
    std::string read_header() {
        std::string header;
        while (!header.ends_with("\r\n\r\n")) header += read(1);
        return header;
    }
    PeerFrame read_frame() {
        const auto start = read(2);
        PeerFrame result{static_cast<unsigned char>(start[0]), {}};
        std::uint64_t length = static_cast<unsigned char>(start[1]);
        if (length >= 126) {
            std::uint64_t longer = 0;
            for (const char c : read(length == 126 ? 2 : 8)) longer = longer << 8 | static_cast<unsigned char>(c);
            length = longer;
        }
        result.payload = read(length);
        return result;
    }
    /// The code of a close frame; 0 when it has none.
    static unsigned code_of(const PeerFrame& frame) {
        if (frame.payload.size() < 2) return 0;
        return static_cast<unsigned char>(frame.payload[0]) << 8 | static_cast<unsigned char>(frame.payload[1]);
    }
    /// True when the other side has hung up, without another byte.
    bool at_end() {
        char byte = 0;
        boost::system::error_code error;
        return socket_.read_some(boost::asio::buffer(&byte, 1), error) == 0 && error;
    }
    boost::asio::ip::tcp::socket& socket() { return socket_; }

private:
    std::string read(std::uint64_t count) {
        std::string bytes(count, '\0');
        boost::asio::read(socket_, boost::asio::buffer(bytes));
        return bytes;
    }

    boost::asio::ip::tcp::socket socket_;
};

}  // namespace tern::websocket
