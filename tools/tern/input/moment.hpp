#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "tern/message.hpp"

namespace tern::cli {

/// A moment as people and programs write it: RFC 3339 ("2026-11-25T10:00:00.5Z", "2026-11-25T11:00:00+01:00"), a blank
/// for the T, without seconds, or the date alone. Without a zone it is this machine's. Digits past the millisecond are
/// left out. Nothing when the text is no such moment.
std::optional<TimePoint> parse_moment(std::string_view text);

}  // namespace tern::cli
