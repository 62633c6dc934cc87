#pragma once

#include <cstdint>
#include <string_view>

#include "tern/message.hpp"

namespace tern::cli {

/// A place in a stream, as typed on the command line.
struct Position {
    enum class Kind : std::uint8_t { earliest, latest, offset, time };

    Kind kind = Kind::earliest;
    /// For `offset`: in each partition that is spoken of.
    std::uint64_t offset = 0;
    /// For `time`: the first record at or after it.
    TimePoint time = {};

    bool operator==(const Position&) const = default;
};

/// Reads "earliest", "latest", an offset ("1200"), how long ago ("-1h", "-30m", "-2d", "-1h30m") or a moment
/// (moment.hpp). Errors: InputFailure, with what is allowed.
Position parse_position(std::string_view text, TimePoint now);

/// This machine's time.
TimePoint current_time();

}  // namespace tern::cli
