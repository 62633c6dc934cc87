#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern {

/// What a '+' is: itself, as in paths, or a space, as in forms.
enum class Plus : std::uint8_t { itself, space };

/// Undoes %XX (RFC 3986 section 2.1). Nothing when a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text, Plus plus = Plus::itself);

}  // namespace tern
