#pragma once

#include <string>
#include <string_view>

namespace tern::cli {

/// The bytes in the usual alphabet, padded (RFC 4648 section 4).
std::string to_base64(std::string_view bytes);

}  // namespace tern::cli
