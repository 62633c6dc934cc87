#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern::cli {

struct CodePoint {
    char32_t value = 0;
    /// How many bytes it took; 0 when the bytes are not valid UTF-8.
    std::size_t bytes = 0;
};

/// The first code point of a text that is not empty. Overlong forms, surrogates and numbers past U+10FFFF are not
/// valid.
CodePoint first_code_point(std::string_view text);

bool is_valid_utf8(std::string_view text);

/// How many cells of a terminal the text takes: 2 for wide characters, 0 for combining ones.
std::size_t display_width(std::string_view text);

/// The text, cut to so many cells; one that is cut ends in "…".
std::string cut_to_width(std::string_view text, std::size_t width);

/// The text with everything that could move a terminal's cursor or change its colours shown as "\x1b" and the like.
/// Line ends and tabs stay when `lines_stay`. Bytes that are not UTF-8 are shown in the same way.
std::string printable(std::string_view text, bool lines_stay);

}  // namespace tern::cli
