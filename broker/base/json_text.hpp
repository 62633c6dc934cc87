#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tern {

/// The front of a text of UTF-8, up to so many bytes, in whole characters.
std::string_view front_of_utf8(std::string_view text, std::size_t bytes_max);

/// Appends a JSON string with its quotes. The text is UTF-8; line ends are escaped, so that it stays on one line.
void append_json_string(std::string& to, std::string_view text);

}  // namespace tern
