#pragma once

#include <cstdint>
#include <filesystem>

#include "tools/bench/histogram.hpp"

namespace tern::bench {

/// Of each round a baseline takes as long as the load, but no longer than this.
inline constexpr double baseline_seconds_max = 3;

struct FlushResult {
    double seconds = 0;
    std::uint64_t flushes = 0;
    /// In nanoseconds, of one append and its flush.
    Histogram latency;

    double per_s() const { return static_cast<double>(flushes) / seconds; }
};

/// What the disk gives without any broker: appends 4 KiB to a new file in `folder` and calls fdatasync, again and
/// again.
FlushResult run_flush_loop(const std::filesystem::path& folder, double seconds);

}  // namespace tern::bench
