#pragma once

#include <chrono>
#include <cstdint>

namespace tern::bench {

using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;

inline double seconds_between(Instant from, Instant to) {
    return std::chrono::duration<double>(to - from).count();
}

inline std::uint64_t nanoseconds_between(Instant from, Instant to) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count());
}

inline Clock::duration as_duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace tern::bench
