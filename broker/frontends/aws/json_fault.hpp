#pragma once

#include <string>
#include <string_view>

namespace tern::aws {

/// Why a text is no JSON object, in the words of the reader that SNS has: "failed to parse JSON. Unexpected character
/// ('i' (code 105)): …" and the place (docs/aws.md sns-28).
std::string json_fault(std::string_view text);

}  // namespace tern::aws
