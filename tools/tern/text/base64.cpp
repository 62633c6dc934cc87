#include "tools/tern/text/base64.hpp"

#include <cstddef>
#include <cstdint>

namespace tern::cli {

std::string to_base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    encoded.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](std::size_t offset) -> std::uint32_t {
            return at + offset < bytes.size() ? static_cast<unsigned char>(bytes[at + offset]) : 0u;
        };
        const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
        encoded += alphabet[group >> 18];
        encoded += alphabet[(group >> 12) & 63];
        encoded += at + 1 < bytes.size() ? alphabet[(group >> 6) & 63] : '=';
        encoded += at + 2 < bytes.size() ? alphabet[group & 63] : '=';
    }
    return encoded;
}

}  // namespace tern::cli
