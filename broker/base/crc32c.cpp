#include "broker/base/crc32c.hpp"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace tern {
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
__attribute__((target("sse4.2"))) std::uint32_t crc_by_hardware(const char* at, std::size_t size, std::uint32_t crc) {
    std::uint64_t wide = crc;
    for (; size >= 8; size -= 8, at += 8) wide = _mm_crc32_u64(wide, load_little<std::uint64_t>(at));
    crc = static_cast<std::uint32_t>(wide);
    for (; size > 0; --size, ++at) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*at));
    return crc;
}
#endif

}  // namespace

std::uint32_t crc32c(BytesView bytes, std::uint32_t before) {
#if defined(__x86_64__)
    static const bool in_hardware = __builtin_cpu_supports("sse4.2");
    if (in_hardware) return ~crc_by_hardware(bytes.data(), bytes.size(), ~before);
#endif
    return ~crc_by_table(bytes.data(), bytes.size(), ~before);
}

}  // namespace tern
