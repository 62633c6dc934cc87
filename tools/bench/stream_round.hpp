#pragma once

#include "tools/bench/bench_stream.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/observer.hpp"
#include "tools/bench/stream_workload.hpp"
#include "tools/bench/target.hpp"

namespace tern::bench {

/// What one stretch of load on a stream has shown; the part that a mix does not have is empty.
struct StreamRound {
    LoadResult appends;
    LoadResult fetches;
    Observed broker;
};

/// Whether consumers read while records are appended.
enum class Consumers : std::uint8_t { none, reading };

/// The workload's appends, and beside them, from a thread of their own, its consumers: they read around and around
/// through what lies in the stream, as fast as they can. Afterwards each partition must have grown by what was
/// acknowledged, and no two batches may have got the same offset.
/// Errors: throws BenchError.
StreamRound run_append_round(Target& target, const StreamWorkload& workload, LoadTimes times, Consumers consumers);

/// The workload's consumers alone, around and around through what lies in the stream.
/// Errors: throws BenchError, also when the stream is empty.
StreamRound run_fetch_round(Target& target, const StreamWorkload& workload, LoadTimes times);

}  // namespace tern::bench
