#include "broker/base/base64.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace tern {

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_a_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_digit_values() {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = not_a_digit;
    for (std::size_t i = 0; i < base64_digits.size(); ++i) {
        values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}
constexpr auto digit_values = make_digit_values();

}  // namespace

void append_base64(std::string& to, std::string_view bytes) {
    to.reserve(to.size() + (bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            to += k <= count ? base64_digits[group >> (18 - 6 * k) & 0x3F] : '=';
        }
    }
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t gathered = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const auto value = digit_values[static_cast<unsigned char>(c)];
        if (value == not_a_digit) return std::nullopt;
        gathered = gathered << 6 | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(gathered >> bits & 0xFF);
    }
    // What is left over of the last digit says nothing, and is zero.
    if ((gathered & ((1u << bits) - 1)) != 0) return std::nullopt;
    return bytes;
}

}  // namespace tern
