#pragma once

#include "tools/bench/queue_bench.hpp"

/// What benchmarks are given that are not run for their numbers.
namespace tern::bench {

inline constexpr double short_run = 0.1;
inline const Progress quiet = [](const std::string&) {};

}  // namespace tern::bench
