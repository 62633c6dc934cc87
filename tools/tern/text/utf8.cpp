#include "tools/tern/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tern::cli {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Marks that are drawn over the character before them, and characters without a width (Unicode 15, the common blocks).
constexpr std::array<Range, 12> zero_width{{{0x0300, 0x036F},
                                            {0x0483, 0x0489},
                                            {0x0591, 0x05BD},
                                            {0x0610, 0x061A},
                                            {0x064B, 0x065F},
                                            {0x0E34, 0x0E3A},
                                            {0x1AB0, 0x1AFF},
                                            {0x200B, 0x200F},
                                            {0x20D0, 0x20FF},
                                            {0xFE00, 0xFE0F},
                                            {0xFE20, 0xFE2F},
                                            {0xE0100, 0xE01EF}}};

// East Asian wide and full-width characters, and the emoji that terminals draw two cells wide.
constexpr std::array<Range, 14> double_width{{{0x1100, 0x115F},
                                              {0x231A, 0x231B},
                                              {0x2E80, 0x303E},
                                              {0x3041, 0x33FF},
                                              {0x3400, 0x4DBF},
                                              {0x4E00, 0x9FFF},
                                              {0xA000, 0xA4CF},
                                              {0xAC00, 0xD7A3},
                                              {0xF900, 0xFAFF},
                                              {0xFE30, 0xFE4F},
                                              {0xFF00, 0xFF60},
                                              {0xFFE0, 0xFFE6},
                                              {0x1F300, 0x1FAFF},
                                              {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t value) {
    return std::ranges::any_of(ranges, [&](const Range& range) { return value >= range.first && value <= range.last; });
}

std::size_t width_of(char32_t value) {
    if (value < 0x300) return 1;
    if (is_in(zero_width, value)) return 0;
    return is_in(double_width, value) ? 2 : 1;
}

bool is_control(char32_t value) {
    // C0, DEL, C1, and the marks that turn the direction of the text around.
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || (value >= 0x202A && value <= 0x202E) ||
           (value >= 0x2066 && value <= 0x2069);
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};

    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 0};
    char32_t value = lead & (0xFFu >> (length + 1));
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0) != 0x80) return {lead, 0};
        value = (value << 6) | (byte(index) & 0x3Fu);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (overlong || surrogate || value > 0x10FFFF) return {lead, 0};
    return {value, length};
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point.bytes == 0) return false;
        text.remove_prefix(point.bytes);
    }
    return true;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto point = first_code_point(text);
        width += point.bytes == 0 ? 1 : width_of(point.value);
        text.remove_prefix(std::max<std::size_t>(point.bytes, 1));
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return {};

    std::size_t taken_bytes = 0;
    std::size_t taken_width = 0;
    while (taken_bytes < text.size()) {
        const auto rest = text.substr(taken_bytes);
        const auto point = first_code_point(rest);
        const auto cells = point.bytes == 0 ? 1 : width_of(point.value);
        if (taken_width + cells > width - 1) break;
        taken_width += cells;
        taken_bytes += std::max<std::size_t>(point.bytes, 1);
    }
    return std::string(text.substr(0, taken_bytes)) + "…";
}

std::string printable(std::string_view text, bool lines_stay) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const auto point = first_code_point(text);
        const auto bytes = std::max<std::size_t>(point.bytes, 1);
        const bool stays = lines_stay && (point.value == '\n' || point.value == '\t');
        if (point.bytes == 0 || (point.value < 0x100 && is_control(point.value) && !stays)) {
            fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned>(point.value));
        } else if (is_control(point.value) && !stays) {
            fmt::format_to(std::back_inserter(shown), "\\u{:04x}", static_cast<unsigned>(point.value));
        } else {
            shown.append(text.substr(0, bytes));
        }
        text.remove_prefix(bytes);
    }
    return shown;
}

}  // namespace tern::cli
