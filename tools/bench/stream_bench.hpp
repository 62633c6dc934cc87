#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/block_loop.hpp"
#include "tools/bench/flush_loop.hpp"
#include "tools/bench/queue_bench.hpp"
#include "tools/bench/stream_round.hpp"
#include "tools/bench/stream_workload.hpp"
#include "tools/bench/tail_loop.hpp"

namespace tern::bench {

/// What to measure: the options of `tern-bench stream`.
struct StreamBenchOptions {
    StreamWorkload workload;  // its stream is filled in
    /// Records that lie in the stream from the start.
    std::uint64_t backlog = 0;
    /// Idle consumer groups whose memory is measured; 0: none.
    std::size_t groups = 0;
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
struct StreamBaseline {
    FlushResult flush;
    BlockLoopResult blocks;
};

/// One turn of everything that is compared; what the mix or the options leave out is empty.
struct StreamTurn {
    StreamRound round;
    /// With StreamMix::both: the same appends without consumers, just before.
    std::optional<StreamRound> alone;
    std::optional<TailResult> tail;
    std::optional<StreamBaseline> baseline;
};

/// Of each figure its median over the turns; latencies and CPU time are those of all turns together. Ratios are made of
/// one turn's figures, and of the ratios the median is told.
struct StreamBenchReport {
    StreamBenchOptions options;
    std::string broker_version;
    FileSystem file_system;
    std::vector<StreamTurn> turns;

    /// Appended; with StreamMix::fetch read.
    double records_per_s = 0;
    double bytes_per_s = 0;
    double commits_per_s = 0;
    double commands_per_commit = 0;
    double bytes_per_commit = 0;
    double broker_cpu_seconds = 0;
    double measured_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    /// Of appends; with StreamMix::fetch of fetches.
    Histogram latency;

    // With consumers.
    double fetched_records_per_s = 0;
    double fetched_bytes_per_s = 0;
    Histogram fetch_latency;

    // StreamMix::both: the appends with consumers against those without.
    double records_per_s_alone = 0;
    double ratio_with_consumer = 0;
    double ratio_p50_with_consumer = 0;

    // StreamMix::tail.
    Histogram receipt;
    double ratio_tail_to_append = 0;

    // With a baseline.
    double fdatasync_per_s = 0;
    Histogram fdatasync;
    double store_loop_records_per_s = 0;
    double store_loop_bytes_per_s = 0;
    double ratio_to_fdatasync = 0;
    double ratio_to_store_loop = 0;

    std::optional<double> rss_anonymous_bytes_per_group;
};

StreamBenchReport run_stream_bench(const StreamBenchOptions& options, const Progress& progress);

/// One turn on a stream that is there; with `blocks` also the bare loops, in `folder`.
StreamTurn run_stream_turn(Target& target, const StreamWorkload& workload, const LoadTimes& times, BlockLoop* blocks,
                           const std::filesystem::path& folder);
/// What the bare loop must look like to be comparable.
BlockLoopShape block_loop_shape(const StreamWorkload& workload);
/// The report of turns made elsewhere.
StreamBenchReport summarize(StreamBenchOptions options, std::vector<StreamTurn> turns);

}  // namespace tern::bench
