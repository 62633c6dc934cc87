#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/bench/machine.hpp"
#include "tools/bench/queue_bench.hpp"

namespace tern::bench {

enum class SuiteShapes : std::uint8_t { all, queues, streams, topics, aws };

struct SuiteOptions {
    /// What is measured.
    SuiteShapes shapes = SuiteShapes::all;
    /// Of each stretch of load in each round.
    double seconds = 3;
    std::size_t rounds = 3;
    std::uint64_t backlog = 2'000'000;
    std::uint64_t memory_messages = 5'000'000;
    std::size_t many_queues = 1000;
    /// Of the record batches that a broker starts with.
    std::uint64_t log_bytes = 2'000'000'000;
    std::string ternd;
    std::filesystem::path data = ".";
    bool allow_memory = false;
};

/// One figure that we have promised, and what it is here and now.
struct SuiteRow {
    std::string name;
    std::string measure;
    double target = 0;
    /// The target is a ceiling, not a floor.
    bool at_most = false;
    std::string unit;
    double measured = 0;
    boost::json::object details;

    bool met() const { return at_most ? measured <= target : measured >= target; }
};

/// Sends at growing numbers of requests under way: how load makes the batches.
struct CurvePoint {
    std::size_t connections = 1;
    std::size_t in_flight = 1;
    QueueBenchReport report;
};

struct SuiteReport {
    SuiteOptions options;
    Machine machine;
    std::string broker_version;
    FileSystem file_system;
    std::vector<SuiteRow> rows;
    std::vector<CurvePoint> curve;
};

/// Measures every row of the performance targets (docs/performance.md), each against its own baseline in the same run.
SuiteReport run_suite(const SuiteOptions& options, const Progress& progress);

boost::json::object as_json(const SuiteReport& report);
std::string as_table(const SuiteReport& report);

}  // namespace tern::bench
