#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tern {

/// Appends bytes in base64 (RFC 4648 section 4), padded.
void append_base64(std::string& to, std::string_view bytes);

/// Nothing when the text is not padded base64 of something.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace tern
