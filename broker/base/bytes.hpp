#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tern {

using Bytes = std::string;
using BytesView = std::string_view;

template <class T>
requires std::is_integral_v<T>
constexpr T to_big_endian(T value) {
    if constexpr (sizeof(T) == 1) return value;
    if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
    if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

/// Reads an integer of the machine's order (little-endian on all we support) from bytes of any alignment.
template <class T>
T load_little(const char* from) {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
void store_little(char* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

}  // namespace tern
