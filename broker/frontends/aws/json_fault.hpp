#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tern::aws {

/// "line: 1, column: 9", of the place where so much of the text has been read.
std::string place_in(std::string_view text, std::size_t offset);

/// JSON as it is without the space between its parts.
std::string without_space(std::string_view json);

/// Why a text is no JSON object, in the words of the reader that SNS has: "failed to parse JSON. Unexpected character
/// ('i' (code 105)): …" and the place (docs/aws.md sns-28).
std::string json_fault(std::string_view text);

}  // namespace tern::aws
