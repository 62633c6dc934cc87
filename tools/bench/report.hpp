#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/bench/histogram.hpp"
#include "tools/bench/machine.hpp"
#include "tools/bench/queue_bench.hpp"

namespace tern::bench {

/// For scripts. Names end in their units; what was not measured is absent.
boost::json::object as_json(const QueueBenchReport& report);
boost::json::object as_json(const Machine& machine);
/// p50, p90, p99, p999, max and mean in milliseconds.
boost::json::object latency_json(const Histogram& nanoseconds);

/// For people.
std::string as_table(const QueueBenchReport& report);
/// "the full cycle, 64 connections x 4 in flight, …"
std::string sentence_of(const QueueBenchOptions& options);

/// A number as JSON has it: with three decimals.
double rounded(double number);
/// "p50 0.231   p90 … ms"
std::string latency_text(const Histogram& nanoseconds);

/// "12,345"
std::string with_commas(double number);
std::string human_bytes(std::uint64_t bytes);
/// Two columns, the first as wide as its longest entry.
std::string aligned(const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace tern::bench
