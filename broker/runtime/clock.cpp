#include "broker/runtime/clock.hpp"

#include <algorithm>

namespace tern::runtime {
namespace {

using std::chrono::duration_cast;

Timestamp wall_clock() {
    return Timestamp(duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

// Deadlines further away than this are slept for in several steps, so that the far future never overflows.
constexpr Milliseconds sleep_max = std::chrono::hours(1);

}  // namespace

SteadyClock::SteadyClock(Timestamp last_time_on_disk)
    : started_(std::chrono::steady_clock::now()),
      origin_(std::max(wall_clock(), last_time_on_disk)) {}

Timestamp SteadyClock::now() const {
    return origin_ + duration_cast<Milliseconds>(std::chrono::steady_clock::now() - started_);
}

std::optional<Clock::SteadyPoint> SteadyClock::sleep_until(Timestamp deadline) const {
    // `now` is rounded down: to be at the deadline and not a part of a millisecond before it takes the exact origin.
    const auto latest = std::chrono::steady_clock::now() + sleep_max;
    if (deadline > now() + sleep_max) return latest;
    return started_ + (deadline - origin_);
}

std::optional<Clock::SteadyPoint> ManualClock::sleep_until(Timestamp deadline) const {
    if (deadline <= now()) return std::chrono::steady_clock::now();
    return std::nullopt;
}

void ManualClock::advance(Milliseconds by) {
    now_ms_.fetch_add(by.count());
    if (wake_) wake_();
}

}  // namespace tern::runtime
