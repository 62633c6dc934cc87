#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "tools/bench/topic_bench.hpp"

namespace tern::bench {

/// For scripts. Names end in their units; what was not measured is absent.
boost::json::object as_json(const TopicBenchReport& report);

/// For people.
std::string as_table(const TopicBenchReport& report);
/// "1,000 subscribers, json, 200 bytes, …"
std::string sentence_of(const TopicBenchOptions& options);

}  // namespace tern::bench
