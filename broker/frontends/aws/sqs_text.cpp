#include "broker/frontends/aws/sqs_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "broker/base/utf8.hpp"

namespace tern::aws::sqs {
namespace {

constexpr bool is_plain(char c) {
    return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_allowed(char32_t c) {
    return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
           (c >= 0x10000 && c <= 0x10FFFF);
}

/// How many bytes at the front are in the middle of ASCII, counted in eights: what bodies consist of mostly.
std::size_t plain_eights(std::string_view text) {
    constexpr std::uint64_t each = 0x0101010101010101;
    std::size_t at = 0;
    for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        // The top bit of a byte is set by one above 0x7F, and by the subtraction of one below 0x20.
        if (((eight | (eight - 0x20 * each)) & (0x80 * each)) != 0) break;
    }
    return at;
}

}  // namespace

bool valid_contents(std::string_view utf8) {
    bool valid = true;
    for (std::size_t at = plain_eights(utf8); at < utf8.size(); ++at) {
        const auto c = static_cast<unsigned char>(utf8[at]);
        valid = valid && (c >= 0x20 || c == '\t' || c == '\n' || c == '\r');
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
        if (c == 0xEF && at + 2 < utf8.size() && utf8[at + 1] == '\xBF') valid = valid && utf8[at + 2] < '\xBE';
    }
    return valid;
}

char32_t first_character_not_allowed(std::string_view utf8) {
    while (!utf8.empty()) {
        const auto code_point = take_code_point(utf8);
        if (!code_point) break;
        if (!is_allowed(*code_point)) return *code_point;
    }
    return 0xFFFD;
}

std::string text_of_contents(std::string_view bytes) {
    if (std::ranges::all_of(bytes, is_plain)) return std::string(bytes);
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto before = bytes;
        const auto code_point = take_code_point(bytes);
        if (!code_point) bytes.remove_prefix(1);
        if (code_point && is_allowed(*code_point))
            text.append(before.substr(0, before.size() - bytes.size()));
        else
            append_utf8(text, 0xFFFD);
    }
    return text;
}

}  // namespace tern::aws::sqs
