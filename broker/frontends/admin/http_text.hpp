#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

/// The small grammar that HTTP is made of (RFC 9110 section 5.6, RFC 3986).
namespace tern::admin {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}
/// Where the first control character is at `from` or behind it; text.size() when there is none.
std::size_t find_control(std::string_view text, std::size_t from);

/// A token, which has at least one character.
bool is_token(std::string_view text);
/// One or more of 0x21 to 0x7E.
bool is_visible_ascii(std::string_view text);
/// No control characters but the tab. May be empty.
bool is_field_value(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);
inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
    // Most pairs differ in length.
    return a.size() == b.size() && same_ignoring_case(a, b);
}
/// Without the spaces and tabs around it.
std::string_view trim_spaces(std::string_view text);
/// True when one element of a comma-separated list is `element`, in whatever case.
bool list_contains(std::string_view list, std::string_view element);
/// "host" of "host" or "host:port"; an IPv6 address keeps its brackets. Nothing when it is neither.
std::optional<std::string_view> host_of_authority(std::string_view authority);
/// `;name`, `;name=value` or `;name="value"`, any number of times (RFC 9112 section 7.1.1).
bool is_chunk_extensions(std::string_view text);

}  // namespace tern::admin
