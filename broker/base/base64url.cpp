#include "broker/base/base64url.hpp"

#include <array>

namespace tern {
namespace {

constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    for (auto& value : values) value = -1;
    for (std::int8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(digits[i])] = i;
    return values;
}

constexpr auto values = make_values();

/// Up to three bytes as a number whose upper 24 bits they are.
std::uint32_t bits_of(BytesView bytes) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
        bits = (bits << 8) | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
    return bits;
}

}  // namespace

std::string encode_base64url(BytesView bytes) {
    std::string text((bytes.size() * 8 + 5) / 6, '\0');
    auto* to = text.data();
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto piece = bytes.substr(at, 3);
        const auto bits = bits_of(piece);
        for (std::size_t i = 0; i <= piece.size(); ++i) *to++ = digits[(bits >> (18 - 6 * i)) & 63u];
    }
    return text;
}

std::optional<Bytes> decode_base64url(BytesView text) {
    if (text.size() % 4 == 1) return std::nullopt;
    Bytes bytes(text.size() * 3 / 4, '\0');
    auto* to = bytes.data();
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const auto piece = text.substr(at, 4);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const auto value = i < piece.size() ? values[static_cast<unsigned char>(piece[i])] : std::int8_t{0};
            if (value < 0) return std::nullopt;
            bits = (bits << 6) | static_cast<std::uint32_t>(value);
        }
        const auto count = piece.size() * 3 / 4;
        for (std::size_t i = 0; i < count; ++i) *to++ = static_cast<char>((bits >> (16 - 8 * i)) & 255u);
        // Unused bits must be zero, or one value would have several texts.
        if ((bits & ((1u << (24 - 8 * count)) - 1u)) != 0) return std::nullopt;
    }
    return bytes;
}

}  // namespace tern
