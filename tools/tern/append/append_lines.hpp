#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tern/record.hpp"
#include "tools/tern/append/record_lines.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

struct LinesToAppend {
    std::string stream;
    /// "-" is standard input.
    std::string file;
    std::uint64_t from_line = 1;
    RecordLayout layout;
    Compression compression = Compression::none;
    /// How long to wait for a broker that is gone; nothing is stored twice by that. Absent: that ends the work.
    std::optional<std::chrono::milliseconds> retry;
};

/// Appends a record a line, with a progress bar on a terminal, and tells what is sure and what is not.
ExitCode append_lines(Context& context, const LinesToAppend& lines);

}  // namespace tern::cli
