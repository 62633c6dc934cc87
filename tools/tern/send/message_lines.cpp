#include "tools/tern/send/message_lines.hpp"

#include <utility>

#include "protocol/limits.hpp"
#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

MessageLines::MessageLines(int descriptor, std::uint64_t first_line, Decode decode)
    : reader_(descriptor, protocol::message_bytes_max),
      first_line_(first_line),
      decode_(std::move(decode)) {}

MessageLines::Next MessageLines::next(NewMessage& message) {
    LineReader::Next read;
    do {
        read = reader_.next(line_);
    } while (read != LineReader::Next::end && reader_.line_number() < first_line_);

    if (read == LineReader::Next::end) return Next::end;
    if (read == LineReader::Next::too_long) {
        failure_ = "the line is longer than 16 MiB, the most that fits into one message";
        return Next::refused;
    }
    if (line_.empty() || line_ == "\r") return Next::empty;
    try {
        message = decode_(line_);
    } catch (const InputFailure& failure) {
        failure_ = failure.what();
        return Next::refused;
    }
    return Next::message;
}

}  // namespace tern::cli
