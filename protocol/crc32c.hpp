#pragma once

#include <cstdint>
#include <string_view>

namespace tern::protocol {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of the bytes, continuing from the CRC of what came before them.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace tern::protocol
