#include "broker/base/json_text.hpp"

namespace tern {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_escaped(std::string& to, char c) {
    switch (c) {
        case '"': to += "\\\""; return;
        case '\\': to += "\\\\"; return;
        case '\n': to += "\\n"; return;
        case '\r': to += "\\r"; return;
        case '\t': to += "\\t"; return;
        default: break;
    }
    to += "\\u00";
    to += hex_digits[static_cast<unsigned char>(c) >> 4];
    to += hex_digits[static_cast<unsigned char>(c) & 0x0F];
}

}  // namespace

std::string_view front_of_utf8(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0u) == 0x80) --bytes_max;
    return text.substr(0, bytes_max);
}

void append_json_string(std::string& to, std::string_view text) {
    to += '"';
    std::size_t plain_from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
        to.append(text.substr(plain_from, i - plain_from));
        append_escaped(to, c);
        plain_from = i + 1;
    }
    to.append(text.substr(plain_from));
    to += '"';
}

}  // namespace tern
