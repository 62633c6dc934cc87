#include "protocol/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace tern::protocol {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0u);
        table[i] = crc;
    }
    return table;
}

constexpr auto table = make_table();

std::uint32_t crc_by_table(const char* at, std::size_t size, std::uint32_t crc) {
    for (; size > 0; --size, ++at) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(*at)) & 0xFFu];
    return crc;
}

#if defined(__x86_64__)

// The instruction takes three cycles, but a new one can begin in each: so three neighbouring lanes of the bytes are
// summed side by side, and put together with a table that says what a CRC becomes when a lane of zeros follows. It is
// linear, so one entry for each value of each of its four bytes is enough.
constexpr std::size_t lane_bytes = 512;
using LaneTable = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr LaneTable make_lane_table() {
    std::array<std::uint32_t, 32> after_bit{};
    for (std::size_t bit = 0; bit < 32; ++bit) {
        std::uint32_t crc = std::uint32_t{1} << bit;
        for (std::size_t i = 0; i < lane_bytes; ++i) crc = (crc >> 8) ^ table[crc & 0xFFu];
        after_bit[bit] = crc;
    }
    LaneTable lanes{};
    for (std::size_t byte = 0; byte < 4; ++byte) {
        for (std::uint32_t value = 0; value < 256; ++value) {
            for (std::size_t bit = 0; bit < 8; ++bit) {
                if ((value >> bit & 1) != 0) lanes[byte][value] ^= after_bit[byte * 8 + bit];
            }
        }
    }
    return lanes;
}

constexpr LaneTable lane_table = make_lane_table();

std::uint64_t skip_lane(std::uint64_t crc) {
    return lane_table[0][crc & 0xFF] ^ lane_table[1][crc >> 8 & 0xFF] ^ lane_table[2][crc >> 16 & 0xFF] ^
           lane_table[3][crc >> 24 & 0xFF];
}

std::uint64_t load(const char* from) {
    std::uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

__attribute__((target("sse4.2"))) std::uint32_t crc_by_hardware(const char* at, std::size_t size, std::uint32_t crc) {
    std::uint64_t wide = crc;
    for (; size >= 3 * lane_bytes; size -= 3 * lane_bytes, at += 3 * lane_bytes) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (std::size_t i = 0; i < lane_bytes; i += 8) {
            wide = _mm_crc32_u64(wide, load(at + i));
            second = _mm_crc32_u64(second, load(at + lane_bytes + i));
            third = _mm_crc32_u64(third, load(at + 2 * lane_bytes + i));
        }
        wide = skip_lane(skip_lane(wide) ^ second) ^ third;
    }
    for (; size >= 8; size -= 8, at += 8) wide = _mm_crc32_u64(wide, load(at));
    crc = static_cast<std::uint32_t>(wide);
    for (; size > 0; --size, ++at) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*at));
    return crc;
}

#endif

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
#if defined(__x86_64__)
    static const bool in_hardware = __builtin_cpu_supports("sse4.2");
    if (in_hardware) return ~crc_by_hardware(bytes.data(), bytes.size(), ~before);
#endif
    return ~crc_by_table(bytes.data(), bytes.size(), ~before);
}

}  // namespace tern::protocol
