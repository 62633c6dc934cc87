#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tern {

/// Two lower-case digits a byte.
std::string hex_of(std::span<const unsigned char> bytes);

/// 128 bits as a UUID is written: 8-4-4-4-12 lower-case digits (RFC 9562 section 4).
std::string uuid_text(std::uint64_t high, std::uint64_t low);

/// Of one digit, of either case.
constexpr std::optional<unsigned> hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
    if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10;
    return std::nullopt;
}

}  // namespace tern
