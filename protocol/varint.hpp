#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tern::protocol {

/// The variable-length integers of record batches: zigzag (0, -1, 1, -2, … become 0, 1, 2, 3, …), then seven bits a
/// byte, lowest first; the highest bit of a byte says that another follows. T is std::int32_t (up to 5 bytes) or
/// std::int64_t (up to 10).
template <class T>
constexpr std::size_t varint_bytes_max = sizeof(T) == 4 ? 5 : 10;

template <class T>
constexpr std::make_unsigned_t<T> zigzag(T value) {
    using Unsigned = std::make_unsigned_t<T>;
    return (static_cast<Unsigned>(value) << 1) ^ static_cast<Unsigned>(value >> (8 * sizeof(T) - 1));
}

template <class T>
constexpr std::size_t varint_bytes(T value) {
    return (static_cast<std::size_t>(std::bit_width(zigzag(value) | 1u)) + 6) / 7;
}

/// Writes the number, and answers with what is behind it.
template <class T>
char* write_varint(char* to, T value) {
    auto rest = zigzag(value);
    for (; rest >= 0x80; rest >>= 7) *to++ = static_cast<char>((rest & 0x7F) | 0x80);
    *to++ = static_cast<char>(rest);
    return to;
}

/// What is still to be read.
struct Cursor {
    const char* at = nullptr;
    const char* end = nullptr;

    std::size_t bytes() const { return static_cast<std::size_t>(end - at); }
};

/// Takes a number from the front. False when it is cut off, or larger than T.
template <class T>
inline bool read_varint(Cursor& from, T& value) {
    using Unsigned = std::make_unsigned_t<T>;
    constexpr int bits = 8 * sizeof(T);
    Unsigned rest = 0;
    for (int shift = 0; shift < bits; shift += 7) {
        if (from.at == from.end) return false;
        const auto byte = static_cast<unsigned char>(*from.at++);
        if (shift + 7 > bits && byte >> (bits - shift) != 0) return false;
        rest |= static_cast<Unsigned>(byte & 0x7Fu) << shift;
        if (byte < 0x80) {
            value = static_cast<T>((rest >> 1) ^ (~(rest & 1) + 1));
            return true;
        }
    }
    return false;
}

}  // namespace tern::protocol
