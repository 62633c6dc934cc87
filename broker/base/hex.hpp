#pragma once

#include <span>
#include <string>

namespace tern {

/// Two lower-case digits a byte.
std::string hex_of(std::span<const unsigned char> bytes);

}  // namespace tern
