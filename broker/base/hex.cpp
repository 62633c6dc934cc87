#include "broker/base/hex.hpp"

namespace tern {
namespace {

constexpr char lower_digits[] = "0123456789abcdef";

/// The uppermost `digits` digits of a word.
char* write_digits(char* to, std::uint64_t word, int digits) {
    for (int shift = 60; digits > 0; shift -= 4, --digits) *to++ = lower_digits[word >> shift & 15];
    return to;
}

}  // namespace

std::string hex_of(std::span<const unsigned char> bytes) {
    std::string text(2 * bytes.size(), '\0');
    auto* to = text.data();
    for (const auto byte : bytes) {
        *to++ = lower_digits[byte >> 4];
        *to++ = lower_digits[byte & 15];
    }
    return text;
}

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
    std::string text(36, '-');
    auto* to = text.data();
    to = write_digits(to, high, 8) + 1;
    to = write_digits(to, high << 32, 4) + 1;
    to = write_digits(to, high << 48, 4) + 1;
    to = write_digits(to, low, 4) + 1;
    write_digits(to, low << 16, 12);
    return text;
}

}  // namespace tern
