#pragma once

#include <string>
#include <string_view>

#include "tern/publication.hpp"

namespace tern::cli {

/// Reads where to begin in a topic's history: "live" (or "latest"), "earliest", "last:50", an offset ("812", or
/// "812@EPOCH" so that an offset of another epoch is noticed), how long ago ("-1h") or a moment (moment.hpp).
/// Errors: InputFailure, with what is allowed.
HistoryStart parse_start(std::string_view text, TimePoint now);

/// The topic that a subject or a pattern is about: its first part, with ".fifo" if that is the second.
std::string topic_of(std::string_view subject);

}  // namespace tern::cli
