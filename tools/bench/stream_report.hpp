#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "tools/bench/stream_bench.hpp"

namespace tern::bench {

/// For scripts. Names end in their units; what was not measured is absent.
boost::json::object as_json(const StreamBenchReport& report);

/// For people.
std::string as_table(const StreamBenchReport& report);
/// "appends, 16 connections x 4 in flight, …"
std::string sentence_of(const StreamBenchOptions& options);

}  // namespace tern::bench
