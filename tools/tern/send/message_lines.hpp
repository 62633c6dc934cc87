#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tern/message.hpp"
#include "tools/tern/input/line_reader.hpp"

namespace tern::cli {

/// Messages from lines of text, one at a time.
class MessageLines {
public:
    /// Makes a message from a line. Errors: InputFailure.
    using Decode = std::function<NewMessage(const std::string& line)>;

    enum class Next {
        message,
        /// An empty line: no message can be empty.
        empty,
        /// The line makes no message; failure() says why.
        refused,
        end,
    };

    /// Lines before `first_line` (beginning at 1) are passed over.
    MessageLines(int descriptor, std::uint64_t first_line, Decode decode);

    Next next(NewMessage& message);
    const std::string& failure() const { return failure_; }
    const LineReader& reader() const { return reader_; }

private:
    LineReader reader_;
    std::uint64_t first_line_;
    Decode decode_;
    std::string line_;
    std::string failure_;
};

}  // namespace tern::cli
