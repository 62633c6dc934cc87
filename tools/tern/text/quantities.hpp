#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Durations, sizes, counts, rates and moments: as people write them, and as people read them.
namespace tern::cli {

using std::chrono::milliseconds;

/// "30s", "5m", "2h", "1d", "500ms", sums such as "1h30m", or plain seconds, with a fraction if need be ("1.5").
/// Nothing when the text is not a duration.
std::optional<milliseconds> parse_duration(std::string_view text);

/// "262144", "256KiB", "16MiB", "1MB", "64k" (of 1,024). Nothing when the text is not a size.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// Exact, in the fewest units: "30 s", "4 d", "1 h 30 min", "1.5 s".
std::string exact_duration(milliseconds duration);

/// About how long, in at most two units: "850 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 6 h".
std::string rough_duration(milliseconds duration);

/// "0 B", "999 B", "1.5 KiB", "12 MiB".
std::string human_bytes(std::uint64_t bytes);

/// With thousands apart: "12,345,678".
std::string human_count(std::uint64_t count);

/// "0/s", "0.4/s", "12/s", "1,234/s".
std::string human_rate(double per_second);

/// "2026-11-24 02:47:03" in the time zone of the machine.
std::string local_time(std::int64_t ms_since_epoch);

/// "2026-11-24T02:47:03.125Z" (RFC 3339), for programs.
std::string utc_time(std::int64_t ms_since_epoch);

/// "1 message", "12 messages".
std::string counted(std::uint64_t count, std::string_view singular);
/// The same for a word whose plural is not made with an s.
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);

}  // namespace tern::cli
