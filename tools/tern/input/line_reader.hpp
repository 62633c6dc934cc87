#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern::cli {

/// Reads lines from a file descriptor as they come, without ever holding more than one line and one block.
class LineReader {
public:
    enum class Next { line, too_long, end };

    /// `line_bytes_max`: a longer line is skipped and told as too_long. The descriptor stays the caller's.
    LineReader(int descriptor, std::size_t line_bytes_max);

    /// Reads the next line into `line`, without its line feed; the last line needs none.
    /// Errors: InputFailure when the file cannot be read.
    Next next(std::string& line);

    /// The number of the line that was read last, beginning at 1.
    std::uint64_t line_number() const { return line_number_; }
    /// How many bytes belong to the lines read so far.
    std::uint64_t bytes_consumed() const { return bytes_consumed_; }
    /// True when a line could be read (or the end be told) at once: otherwise next() may wait for whoever writes.
    bool ready() const;

private:
    bool fill();

    int descriptor_;
    std::size_t line_bytes_max_;
    std::vector<char> block_;
    std::string_view unread_;
    std::uint64_t line_number_ = 0;
    std::uint64_t bytes_consumed_ = 0;
    bool ended_ = false;
};

}  // namespace tern::cli
