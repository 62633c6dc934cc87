#include <cstring>

#include "protocol/record_batch.hpp"

namespace tern::protocol {
namespace {

constexpr std::uint32_t seed = 0x9747B28Cu;
constexpr std::uint32_t multiplier = 0x5BD1E995u;

std::uint32_t load_little(const char* from) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(from[i]);
    return value;
}

}  // namespace

std::uint32_t murmur2(std::string_view key) {
    std::uint32_t hash = seed ^ static_cast<std::uint32_t>(key.size());
    while (key.size() >= 4) {
        std::uint32_t word = load_little(key.data()) * multiplier;
        word ^= word >> 24;
        hash = (hash * multiplier) ^ (word * multiplier);
        key.remove_prefix(4);
    }
    if (!key.empty()) {
        for (std::size_t i = key.size(); i-- > 0;) hash ^= std::uint32_t{static_cast<unsigned char>(key[i])} << (8 * i);
        hash *= multiplier;
    }
    hash ^= hash >> 13;
    hash *= multiplier;
    return hash ^ hash >> 15;
}

std::uint32_t partition_of_key(std::string_view key, std::uint32_t partitions) {
    if (partitions < 2) return 0;
    return (murmur2(key) & 0x7FFFFFFFu) % partitions;
}

}  // namespace tern::protocol
