#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "broker/base/time.hpp"

namespace tern::runtime {

/// The broker's time: never goes back, whatever happens to the wall clock.
class Clock {
public:
    using SteadyPoint = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;
    /// From any thread.
    virtual Timestamp now() const = 0;
    /// Until when a thread may sleep that has something to do at `deadline`; nothing when this clock does not move by
    /// itself, so that whoever moves it wakes the sleeper.
    virtual std::optional<SteadyPoint> sleep_until(Timestamp deadline) const = 0;
};

/// max(wall clock at start, last time on disk) + steady clock: a jump of the wall clock expires nothing, and a restart
/// never lets time go back.
class SteadyClock final : public Clock {
public:
    explicit SteadyClock(Timestamp last_time_on_disk);

    Timestamp now() const override;
    std::optional<SteadyPoint> sleep_until(Timestamp deadline) const override;

private:
    SteadyPoint started_;
    Timestamp origin_;
};

/// For tests: moves by hand only.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start) : now_ms_(start.ms()) {}

    Timestamp now() const override { return Timestamp(now_ms_.load()); }
    std::optional<SteadyPoint> sleep_until(Timestamp deadline) const override;

    /// Called after each advance: wakes whoever sleeps by this clock.
    void on_advance(std::function<void()> wake) { wake_ = std::move(wake); }
    void advance(Milliseconds by);

private:
    std::atomic<std::int64_t> now_ms_;
    std::function<void()> wake_;
};

}  // namespace tern::runtime
