#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace tern::bench {

/// As numbers lie in keys: the order of bytes is the order of values.
template <std::unsigned_integral T>
void store_big(char* to, T value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (sizeof(T) == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
    std::memcpy(to, &value, sizeof value);
}

}  // namespace tern::bench
