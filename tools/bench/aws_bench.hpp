#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/aws_load.hpp"
#include "tools/bench/process_usage.hpp"
#include "tools/bench/queue_bench.hpp"

namespace tern::bench {

/// What to measure: the options of `tern-bench aws`.
struct AwsBenchOptions {
    AwsWorkload workload;
    /// Receives that wait for messages that never come, and whose CPU time is measured; 0: none.
    std::size_t idle_polls = 0;
    LoadTimes times;
    std::size_t rounds = 1;
    bool baseline = false;
    std::string server;
    /// Of a running broker's HTTP port.
    std::string http;
    std::string ternd;
    std::filesystem::path data = ".";
    /// Goes on although `data` lies in memory; for tests of the bench itself.
    bool allow_memory = false;
};

/// One turn of everything that is compared.
struct AwsTurn {
    AwsLoadResult broker;
    double cpu_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    std::optional<AwsLoadResult> bare_http;
};

struct IdlePolls {
    /// Of the broker, while nothing came.
    double cpu_seconds = 0;
    double seconds = 0;
};

struct AwsBenchReport {
    AwsBenchOptions options;
    std::string broker_version;
    std::vector<AwsTurn> turns;
    double requests_per_s = 0;
    double messages_per_s = 0;
    Histogram latency;
    double broker_cpu_seconds = 0;
    double measured_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    std::optional<IdlePolls> idle;
    // With a baseline.
    double bare_http_requests_per_s = 0;
    double ratio_to_bare_http = 0;
};

/// Errors: throws BadOption and BenchError.
AwsBenchReport run_aws_bench(const AwsBenchOptions& options, const Progress& progress);

/// The report of turns made elsewhere.
AwsBenchReport summarize(const AwsBenchOptions& options, std::vector<AwsTurn> turns);

boost::json::object as_json(const AwsBenchReport& report);
std::string as_table(const AwsBenchReport& report);

}  // namespace tern::bench
