#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>

#include "tern/queue.hpp"

/// Queues as `--json` shows them. Durations are milliseconds, moments RFC 3339 in UTC (docs/cli.md).
namespace tern::cli {

/// "2026-11-24T02:47:03.125Z" (RFC 3339).
std::string moment(TimePoint at);

/// How long ago that was, by this machine's clock; never less than nothing.
std::chrono::milliseconds age_of(TimePoint moment);

boost::json::object json_of(const QueueSummary& queue);
boost::json::object json_of(const QueueSettings& settings);
boost::json::object json_of(const QueueDescription& queue);

}  // namespace tern::cli
