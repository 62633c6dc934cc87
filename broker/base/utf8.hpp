#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
namespace tern {

/// Takes the first code point off the text. Nothing, and the text untouched: it does not begin with one.
std::optional<char32_t> take_code_point(std::string_view& text);

bool valid_utf8(std::string_view text);

/// How many code points a text of UTF-8 has.
std::size_t code_points_in(std::string_view text);

/// Appends a code point; a surrogate or a number that is none becomes U+FFFD.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace tern
