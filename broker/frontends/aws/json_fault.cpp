#include "broker/frontends/aws/json_fault.hpp"

#include <algorithm>

#include "broker/engine/json_tokens.hpp"

namespace tern::aws {

std::string place_in(std::string_view text, std::size_t offset) {
    const auto read = text.substr(0, offset);
    const auto lines = std::ranges::count(read, '\n');
    const auto in_line = read.size() - (lines == 0 ? 0 : read.rfind('\n') + 1);
    return "line: " + std::to_string(lines + 1) + ", column: " + std::to_string(in_line + 1);
}

std::string without_space(std::string_view json) {
    std::string compact;
    compact.reserve(json.size());
    bool in_string = false;
    bool escaped = false;
    for (const char c : json) {
        const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (in_string || !space) compact += c;
        if (c == '"' && !escaped) in_string = !in_string;
        escaped = in_string && c == '\\' && !escaped;
    }
    return compact;
}

std::string json_fault(std::string_view text) {
    const std::string beginning = "failed to parse JSON. ";
    const engine::JsonTokens json(text, engine::JsonLimits{});
    if (!json.fault()) return beginning + "It is no JSON object";
    const auto& [sentence, offset] = *json.fault();
    // A character that does not fit counts as read, and is the place itself.
    const bool at_character = sentence.starts_with("Unexpected character") && offset > 0;
    return beginning + sentence +
           "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " +
           place_in(text, at_character ? offset - 1 : offset) + "]";
}

}  // namespace tern::aws
