#pragma once

#include <cstddef>
#include <string>

#include "tools/bench/stream_workload.hpp"
#include "tools/bench/target.hpp"

namespace tern::bench {

/// How much the broker's anonymous memory grows for each of `count` consumer groups of one member that have read from
/// the stream, have committed an offset, and now do nothing. The groups are gone again afterwards.
/// Errors: throws BenchError.
double rss_anonymous_bytes_per_group(Target& target, const StreamWorkload& workload, std::size_t count);

}  // namespace tern::bench
