#pragma once

namespace tern {

/// 0-9, a-z, A-Z, whatever the locale.
constexpr bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace tern
