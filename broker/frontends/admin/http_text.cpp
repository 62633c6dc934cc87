#include "broker/frontends/admin/http_text.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v6.hpp>
#include <cstdint>
#include <cstring>
#include <string>

namespace tern::admin {
namespace {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/// RFC 9110 section 5.6.2; a table, since every character of every field's name is asked for.
constexpr auto token_characters = [] {
    std::array<bool, 256> table{};
    for (unsigned c = 0; c < table.size(); ++c) {
        const auto text = static_cast<char>(c);
        table[c] = is_letter(text) || is_digit(text) ||
                   std::string_view("!#$%&'*+-.^_`|~").find(text) != std::string_view::npos;
    }
    return table;
}();

bool is_token_character(char c) {
    return token_characters[static_cast<unsigned char>(c)];
}

/// RFC 3986 reg-name without percent-encoding: nobody needs that, and it has two readings.
bool is_host_character(char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
}

std::uint64_t eight_bytes_at(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    return word;
}

/// Whether one of eight bytes is below 0x20, or 0x7F. A byte x of 0 to 0x7F borrows in x - 0x20 when it is below, and
/// in (x ^ 0x7F) - 1 when it is 0x7F. Bytes behind such a one may seem to be one too; none is missed, and a word
/// without one has none.
bool holds_control(std::uint64_t word) {
    constexpr std::uint64_t each = 0x0101010101010101;
    constexpr std::uint64_t uppermost = 0x80 * each;
    const auto below = (word - 0x20 * each) & ~word;
    const auto last = word ^ 0x7F * each;
    const auto deletes = (last - each) & ~last;
    return ((below | deletes) & uppermost) != 0;
}

/// Cuts a token off the front of `text`; false when there is none.
bool cut_token(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_token_character);
    const auto length = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(length);
    return length > 0;
}

bool cut_quoted(std::string_view& text) {
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\') text.remove_prefix(1);
        if (text.empty()) return false;
        text.remove_prefix(1);
    }
    if (text.empty()) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_visible_ascii(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::size_t find_control(std::string_view text, std::size_t from) {
    constexpr std::size_t eight = sizeof(std::uint64_t);
    while (from + 2 * eight <= text.size() &&
           !(holds_control(eight_bytes_at(text, from)) | holds_control(eight_bytes_at(text, from + eight))))
        from += 2 * eight;
    while (from < text.size() && !is_control(text[from])) ++from;
    return from;
}

bool is_field_value(std::string_view text) {
    auto at = find_control(text, 0);
    while (at < text.size() && text[at] == '\t') at = find_control(text, at + 1);
    return at == text.size();
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::string_view trim_spaces(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool list_contains(std::string_view list, std::string_view element) {
    for (;;) {
        const auto comma = list.find(',');
        if (equal_ignoring_case(trim_spaces(list.substr(0, comma)), element)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

std::optional<std::string_view> host_of_authority(std::string_view authority) {
    std::size_t host_length = 0;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        boost::system::error_code error;
        boost::asio::ip::make_address_v6(std::string(authority.substr(1, close - 1)), error);
        if (error) return std::nullopt;
        host_length = close + 1;
    } else {
        host_length = std::min(authority.size(), authority.find(':'));
        if (host_length == 0) return std::nullopt;
        if (!std::ranges::all_of(authority.substr(0, host_length), is_host_character)) return std::nullopt;
    }
    const auto port = authority.substr(host_length);
    if (!port.empty() && port.front() != ':') return std::nullopt;
    if (port.size() > 6 || !std::ranges::all_of(port.substr(port.empty() ? 0 : 1), is_digit)) return std::nullopt;
    return authority.substr(0, host_length);
}

bool is_chunk_extensions(std::string_view text) {
    while (!text.empty()) {
        if (text.front() != ';') return false;
        text.remove_prefix(1);
        if (!cut_token(text)) return false;
        if (!text.starts_with('=')) continue;
        text.remove_prefix(1);
        if (text.starts_with('"') ? !cut_quoted(text) : !cut_token(text)) return false;
    }
    return true;
}

}  // namespace tern::admin
