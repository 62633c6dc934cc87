#pragma once

#include <cstdint>
#include <optional>

#include "tools/bench/load.hpp"
#include "tools/bench/target.hpp"
#include "tools/bench/workload.hpp"

namespace tern::bench {

/// What one stretch of load on the broker has shown.
struct Round {
    LoadResult load;
    double throughput_per_s = 0;
    double broker_cpu_seconds = 0;
    double commits_per_s = 0;
    double commands_per_commit = 0;
    /// Messages done with per commit, by which the store loop is made comparable.
    double messages_per_commit = 0;
    std::uint64_t rss_anonymous_bytes = 0;
};

/// Puts the workload on the broker and measures. Afterwards the queues must hold exactly what they held before (cycle),
/// or what was sent or deleted more or less (send, receive-delete).
/// Errors: throws BenchError, also when a queue's counts are not what they must be.
Round run_round(Target& target, const Workload& workload, LoadTimes times);

}  // namespace tern::bench
