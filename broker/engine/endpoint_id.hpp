#pragma once

#include <compare>
#include <cstdint>

namespace tern::engine {

/// A subscription of an endpoint, by the numbers that it never shares with another one.
struct EndpointId {
    std::uint32_t topic = 0;
    std::uint32_t subscription = 0;

    auto operator<=>(const EndpointId&) const = default;
};

/// Stands for all that have ended, whose farewells wait in a queue of their own: no topic has the number 0.
inline constexpr EndpointId farewells{};

}  // namespace tern::engine
