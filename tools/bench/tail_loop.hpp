#pragma once

#include <cstdint>

#include "tools/bench/connection.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/observer.hpp"
#include "tools/bench/stream_workload.hpp"
#include "tools/bench/target.hpp"

namespace tern::bench {

/// Both in nanoseconds, from the moment the append was handed to the socket.
struct TailResult {
    double seconds = 0;
    /// To its acknowledgement.
    Histogram acknowledged;
    /// To the moment another connection, whose fetch waited, had the record.
    Histogram received;
    Observed broker;
};

/// One record at a time, at the workload's rate (by batches of one), and at most as fast as each is acknowledged and
/// received.
/// Errors: throws BenchError, also when what is received is not what was appended.
TailResult run_tail_loop(Target& target, const StreamWorkload& workload, const LoadTimes& times);

}  // namespace tern::bench
