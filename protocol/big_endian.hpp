#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tern::protocol {

/// Reads an integer of the network's order from bytes of any alignment.
template <class T>
T load_big(const char* from) {
    using Unsigned = std::make_unsigned_t<T>;
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        const auto byte = static_cast<Unsigned>(static_cast<unsigned char>(from[i]));
        value = static_cast<Unsigned>(static_cast<std::uint64_t>(value) << 8 | byte);
    }
    return static_cast<T>(value);
}

/// Writes an integer in the network's order to bytes of any alignment.
template <class T>
void store_big(char* to, T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<char>(bits >> (8 * (sizeof(T) - 1 - i)));
}

}  // namespace tern::protocol
