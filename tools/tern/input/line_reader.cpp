#include "tools/tern/input/line_reader.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t block_bytes = 256u << 10;

}  // namespace

LineReader::LineReader(int descriptor, std::size_t line_bytes_max)
    : descriptor_(descriptor),
      line_bytes_max_(line_bytes_max),
      block_(block_bytes) {}

bool LineReader::fill() {
    if (ended_) return false;
    const auto bytes = read_some(descriptor_, block_.data(), block_.size());
    unread_ = {block_.data(), bytes};
    ended_ = bytes == 0;
    return !ended_;
}

LineReader::Next LineReader::next(std::string& line) {
    line.clear();
    bool too_long = false;
    bool anything = false;
    while (!unread_.empty() || fill()) {
        anything = true;
        const auto end = unread_.find('\n');
        const auto part = unread_.substr(0, end);
        if (line.size() + part.size() > line_bytes_max_) too_long = true;
        if (!too_long) line.append(part);

        const auto consumed = std::min(part.size() + 1, unread_.size());
        bytes_consumed_ += consumed;
        unread_.remove_prefix(consumed);
        if (end != std::string_view::npos) break;
    }
    if (!anything) return Next::end;

    ++line_number_;
    return too_long ? Next::too_long : Next::line;
}

bool LineReader::ready() const {
    if (ended_ || unread_.find('\n') != std::string_view::npos) return true;
    pollfd wanted{descriptor_, POLLIN, 0};
    return ::poll(&wanted, 1, 0) != 0;
}

}  // namespace tern::cli
