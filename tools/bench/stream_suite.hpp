#pragma once

#include <filesystem>
#include <vector>

#include "tools/bench/data_folder.hpp"
#include "tools/bench/suite.hpp"

namespace tern::bench {

/// Measures every row of the performance targets that is about streams; `ternd` is the broker to start.
/// Errors: throws BenchError.
std::vector<SuiteRow> measure_streams(const SuiteOptions& options, const std::filesystem::path& ternd,
                                      const ScratchFolder& scratch, const Progress& progress);

}  // namespace tern::bench
