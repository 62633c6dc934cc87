#include "tools/tern/input/position.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <limits>
#include <system_error>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/moment.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

constexpr std::string_view digits = "0123456789";

Position offset_position(std::string_view text) {
    std::uint64_t offset = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
    // Offsets are signed on the wire.
    if (error != std::errc{} || offset > std::numeric_limits<std::int64_t>::max()) {
        throw InputFailure(fmt::format("'{}' is greater than any offset", text));
    }
    return {Position::Kind::offset, offset, {}};
}

Position relative_position(std::string_view text, TimePoint now) {
    const auto ago = parse_duration(text.substr(1));
    // "-5" looks like five records before the end, which no position can mean.
    const bool unitless = text.find_first_not_of("0123456789.", 1) == std::string_view::npos;
    if (!ago || unitless) {
        throw InputFailure(fmt::format("'{}' does not tell how long ago: write -30s, -5m, -1h, -2d or -1h30m", text));
    }
    return {Position::Kind::time, 0, now - *ago};
}

}  // namespace

Position parse_position(std::string_view text, TimePoint now) {
    if (text == "earliest") return {Position::Kind::earliest, 0, {}};
    if (text == "latest") return {Position::Kind::latest, 0, {}};
    if (!text.empty() && text.find_first_not_of(digits) == std::string_view::npos) return offset_position(text);
    if (text.starts_with('-')) return relative_position(text, now);
    if (const auto moment = parse_moment(text)) return {Position::Kind::time, 0, *moment};
    throw InputFailure(
        fmt::format("'{}' is not a position: write earliest, latest, an offset, -1h for an hour ago, "
                    "or a moment such as 2026-11-25T10:00:00Z",
                    text));
}

TimePoint current_time() {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace tern::cli
