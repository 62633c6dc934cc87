#include "broker/base/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace tern {
namespace {

constexpr char32_t replacement_character = 0xFFFD;

bool scalar_value(char32_t code_point) {
    return code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
    if (text.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        text.remove_prefix(1);
        return first;
    }

    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return std::nullopt;
    char32_t code_point = first & (0xFFu >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0) != 0x80) return std::nullopt;
        code_point = code_point << 6 | (byte & 0x3Fu);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code_point < least[bytes] || !scalar_value(code_point)) return std::nullopt;
    text.remove_prefix(bytes);
    return code_point;
}

std::size_t code_points_in(std::string_view text) {
    const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_one));
}

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        // Most text is ASCII for long stretches.
        const auto other = std::find_if(text.begin(), text.end(), [](char byte) { return (byte & 0x80) != 0; });
        text.remove_prefix(static_cast<std::size_t>(other - text.begin()));
        if (!text.empty() && !take_code_point(text)) return false;
    }
    return true;
}

void append_utf8(std::string& text, char32_t code_point) {
    if (!scalar_value(code_point)) code_point = replacement_character;
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code_point >> shift & 0x3F)); };
    if (code_point < 0x80) {
        text += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        text += static_cast<char>(0xC0 | code_point >> 6);
        tail(0);
    } else if (code_point < 0x10000) {
        text += static_cast<char>(0xE0 | code_point >> 12);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | code_point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace tern
