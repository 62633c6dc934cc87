#pragma once

#include <cstdint>

#include "broker/base/bytes.hpp"

namespace tern {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of the bytes, continuing from the CRC of what came before them.
std::uint32_t crc32c(BytesView bytes, std::uint32_t before = 0);

}  // namespace tern
