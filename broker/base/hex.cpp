#include "broker/base/hex.hpp"

#include <array>
#include <cstring>
#include <string_view>

namespace tern {
namespace {

/// The two digits of each byte.
constexpr auto digits_of_bytes = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) table[byte] = {digits[byte >> 4], digits[byte & 15]};
    return table;
}();

char* write_byte(char* to, std::uint64_t byte) {
    std::memcpy(to, digits_of_bytes[byte & 255].data(), 2);
    return to + 2;
}

/// The uppermost bytes of a word.
char* write_bytes(char* to, std::uint64_t word, int bytes) {
    for (int shift = 56; bytes > 0; shift -= 8, --bytes) to = write_byte(to, word >> shift);
    return to;
}

}  // namespace

std::string hex_of(std::span<const unsigned char> bytes) {
    std::string text(2 * bytes.size(), '\0');
    auto* to = text.data();
    for (const auto byte : bytes) to = write_byte(to, byte);
    return text;
}

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
    std::string text(36, '-');
    auto* to = text.data();
    to = write_bytes(to, high, 4) + 1;
    to = write_bytes(to, high << 32, 2) + 1;
    to = write_bytes(to, high << 48, 2) + 1;
    to = write_bytes(to, low, 2) + 1;
    write_bytes(to, low << 16, 6);
    return text;
}

}  // namespace tern
