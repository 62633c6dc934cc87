#pragma once

#include <cstdint>

#include "tools/bench/aws_workload.hpp"
#include "tools/bench/connection.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/load.hpp"

namespace tern::bench {

struct AwsLoadResult {
    double seconds = 0;
    std::uint64_t requests = 0;
    std::uint64_t messages = 0;
    /// In nanoseconds, from request to answer.
    Histogram latency;

    double requests_per_s() const { return static_cast<double>(requests) / seconds; }
    double messages_per_s() const { return static_cast<double>(messages) / seconds; }
};

/// Keeps one request of each connection under way from one thread. `host` is what requests say of where they go.
/// Errors: throws BenchError.
AwsLoadResult run_aws_load(const Endpoint& endpoint, const std::string& host, const AwsWorkload& workload,
                           const LoadTimes& times, const LoadWindow& window = {});

}  // namespace tern::bench
