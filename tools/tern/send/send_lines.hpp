#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tern/message.hpp"
#include "tools/tern/context.hpp"
#include "tools/tern/input/json_record.hpp"

namespace tern::cli {

struct LinesToSend {
    std::string queue;
    /// "-" is standard input.
    std::string file;
    std::uint64_t from_line = 1;
    /// What all messages have in common.
    NewMessage message_template;
    /// Given: each line is a JSON record.
    std::optional<RecordFields> fields;
    /// How long to wait for a broker that is gone; then uncertain batches are sent again. Absent: that ends the work.
    std::optional<std::chrono::milliseconds> retry;
};

/// Sends a message a line, with a progress bar on a terminal, and tells what is sure and what is not.
ExitCode send_lines(Context& context, const LinesToSend& lines);

}  // namespace tern::cli
