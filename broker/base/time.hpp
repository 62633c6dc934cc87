#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace tern {

using Milliseconds = std::chrono::milliseconds;

/// A moment, in milliseconds since the Unix epoch. The broker's moments never go back: see runtime/clock.hpp.
class Timestamp {
public:
    constexpr Timestamp() = default;
    constexpr explicit Timestamp(std::int64_t ms) : ms_(ms) {}

    constexpr std::int64_t ms() const { return ms_; }
    constexpr auto operator<=>(const Timestamp&) const = default;

    friend constexpr Timestamp operator+(Timestamp at, Milliseconds by) { return Timestamp(at.ms_ + by.count()); }
    friend constexpr Timestamp operator-(Timestamp at, Milliseconds by) { return Timestamp(at.ms_ - by.count()); }
    friend constexpr Milliseconds operator-(Timestamp a, Timestamp b) { return Milliseconds(a.ms_ - b.ms_); }

    static constexpr Timestamp never() { return Timestamp(std::numeric_limits<std::int64_t>::max()); }

private:
    std::int64_t ms_ = 0;
};

}  // namespace tern
