#include <doctest/doctest.h>

#include <chrono>
#include <optional>

#include "broker/runtime/clock.hpp"

namespace tern::runtime {

using namespace std::chrono_literals;

TEST_CASE("time begins at the wall clock when the disk knows of nothing later") {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    const SteadyClock clock(Timestamp(0));

    CHECK_GE(clock.now().ms(), std::chrono::duration_cast<Milliseconds>(wall).count());
    CHECK_LE(clock.now() - Timestamp(std::chrono::duration_cast<Milliseconds>(wall).count()), 10s);
}

TEST_CASE("time begins at the last time on disk when the wall clock has gone back") {
    const Timestamp tomorrow(
        std::chrono::duration_cast<Milliseconds>((std::chrono::system_clock::now() + 24h).time_since_epoch()).count());
    const SteadyClock clock(tomorrow);

    CHECK_GE(clock.now(), tomorrow);
    CHECK_LE(clock.now() - tomorrow, 10s);
}

TEST_CASE("who sleeps until a deadline wakes when the clock says that it has come") {
    const SteadyClock clock(Timestamp(0));
    const auto deadline = clock.now() + 20ms;

    std::optional<Clock::SteadyPoint> until;
    while ((until = clock.sleep_until(deadline)) > std::chrono::steady_clock::now()) {
    }

    CHECK_GE(clock.now(), deadline);
}

TEST_CASE("the far future is slept for in steps and never overflows") {
    const SteadyClock clock(Timestamp(0));

    const auto until = clock.sleep_until(Timestamp::never());

    CHECK_GT(*until, std::chrono::steady_clock::now() + 59min);
    CHECK_LE(*until, std::chrono::steady_clock::now() + 60min);
}

TEST_CASE("a manual clock moves by hand and tells who waits") {
    ManualClock clock(Timestamp(1000));
    int wakes = 0;
    clock.on_advance([&] { ++wakes; });

    CHECK_FALSE(clock.sleep_until(Timestamp(1001)).has_value());
    clock.advance(1ms);

    CHECK_EQ(clock.now(), Timestamp(1001));
    CHECK(clock.sleep_until(Timestamp(1001)).has_value());
    CHECK_EQ(wakes, 1);
}

}  // namespace tern::runtime
