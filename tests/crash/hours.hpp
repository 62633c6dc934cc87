#pragma once

#include <chrono>
#include <cstdint>

namespace tern::crash {

/// Visibility timeouts are whole hours, so that what an image says of them can be told from the time that went by.
inline constexpr std::chrono::milliseconds hour = std::chrono::hours(1);
inline constexpr std::int64_t hour_ms = hour.count();

}  // namespace tern::crash
