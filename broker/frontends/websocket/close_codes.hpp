#pragma once

#include <cstdint>

#include "broker/base/result.hpp"

namespace tern::websocket {

// protocol/websocket.md: after 4000 to 4499 a client connects again, after 4500 to 4999 it does not.
inline constexpr std::uint16_t close_code_too_big = 1009;
inline constexpr std::uint16_t close_code_stopping = 4000;
inline constexpr std::uint16_t close_code_slow = 4001;
inline constexpr std::uint16_t close_code_silent = 4002;
inline constexpr std::uint16_t close_code_many_requests = 4003;
inline constexpr std::uint16_t close_code_overloaded = 4004;
inline constexpr std::uint16_t close_code_malformed = 4500;

/// How a session that ends for a fault is closed.
constexpr std::uint16_t close_code_of(Errc fault) {
    switch (fault) {
        case Errc::frame_too_large: return close_code_too_big;
        case Errc::shutting_down: return close_code_stopping;
        case Errc::subscriber_too_slow: return close_code_slow;
        case Errc::overloaded: return close_code_overloaded;
        default: return close_code_malformed;
    }
}

}  // namespace tern::websocket
