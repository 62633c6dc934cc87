#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "tools/bench/connection.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/requester.hpp"
#include "tools/bench/workload.hpp"

namespace tern::bench {

/// A broker that is silent for so long has stopped working.
inline constexpr double silence_seconds_max = 60;

struct LoadTimes {
    /// Load before the measurement begins, so that connections, caches and batches have found their pace.
    double warm_up_seconds = 1;
    double seconds = 5;
    /// The most requests that are made in a second; 0: as many as answers make room for.
    double requests_per_s_max = 0;
};

/// Called on the driver's thread when the measured time begins and ends; what they do must be short.
struct LoadWindow {
    std::function<void()> begins = [] {};
    std::function<void()> ends = [] {};
};

struct LoadResult {
    double seconds = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t requests = 0;
    /// In nanoseconds, from the moment a request was handed to the socket to the moment its answer was read.
    std::array<Histogram, request_kind_count> latencies;
};

/// Keeps each requester's request under way from one thread, those of `clients[i]` on a connection of their own; ends
/// when the time is over, after all requesters have come to the end of what they began, or when none has anything to
/// do. As each request waits for the answer of the one before it in its requester, the broker sets the pace: latencies
/// are those at this number of requests under way, not at a given rate. Errors: throws BenchError for a refusal, a
/// wrong answer, a lost connection or a minute without any answer.
LoadResult run_load(const Endpoint& endpoint, std::vector<Requesters> clients, LoadTimes times,
                    const LoadWindow& window = {});
/// The same with a queue workload's lanes.
LoadResult run_load(const Endpoint& endpoint, const Workload& workload, LoadTimes times, const LoadWindow& window = {});

}  // namespace tern::bench
