#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/flush_loop.hpp"
#include "tools/bench/round.hpp"
#include "tools/bench/workload.hpp"

namespace tern::bench {

/// What to measure: the options of `tern-bench queue`.
struct QueueBenchOptions {
    Workload workload;  // its queues are filled in
    std::size_t queues = 1;
    std::uint64_t backlog = 0;
    LoadTimes times;
    std::size_t rounds = 1;
    bool baseline = false;
    std::string server;
    std::string ternd;
    std::filesystem::path data = ".";
    /// Goes on although `data` lies in memory; for tests of the bench itself.
    bool allow_memory = false;
};

/// The bare loops run between two stretches of load, on the same disk.
struct Baseline {
    FlushResult flush;
    double store_loop_per_s = 0;
};

/// Of each figure its median over the rounds; latencies and CPU time are those of all rounds together.
struct QueueBenchReport {
    QueueBenchOptions options;
    std::string broker_version;
    FileSystem file_system;
    std::vector<Round> rounds;
    std::vector<Baseline> baselines;  // one a round, or none

    double throughput_per_s = 0;
    double commits_per_s = 0;
    double commands_per_commit = 0;
    double messages_per_commit = 0;
    double broker_cpu_seconds = 0;
    double measured_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    std::array<Histogram, request_kind_count> latency_by_request;
    Histogram latency;

    // With a baseline; each ratio is made of one round's figures, and of the ratios the median is told.
    double fdatasync_per_s = 0;
    Histogram fdatasync;
    double store_loop_per_s = 0;
    double ratio_to_fdatasync = 0;
    double ratio_to_store_loop = 0;
    double ratio_p50_to_fdatasync = 0;
};

/// Told from time to time what is going on, for a person who waits.
using Progress = std::function<void(const std::string&)>;

QueueBenchReport run_queue_bench(const QueueBenchOptions& options, const Progress& progress);

/// The report of rounds made elsewhere.
QueueBenchReport summarize(QueueBenchOptions options, std::vector<Round> rounds, std::vector<Baseline> baselines);

/// One interleaved round: raw flushes in `folder`, the load, then the store loop with as many messages a commit as the
/// broker had.
class StoreLoop;
void run_baseline_round(Target& target, const Workload& workload, const LoadTimes& times, StoreLoop& store_loop,
                        const std::filesystem::path& folder, std::vector<Round>& rounds,
                        std::vector<Baseline>& baselines);

}  // namespace tern::bench
