#pragma once

#include <filesystem>
#include <vector>

#include "tools/bench/suite.hpp"

namespace tern::bench {

/// Measures every row of the performance targets that is about SQS over HTTP; `ternd` is the broker to start, `data` a
/// folder on the disk to measure. Errors: throws BenchError.
std::vector<SuiteRow> measure_aws(const SuiteOptions& options, const std::filesystem::path& ternd,
                                  const std::filesystem::path& data, const Progress& progress);

}  // namespace tern::bench
