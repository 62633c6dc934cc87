#include <algorithm>
#include <charconv>

#include "broker/frontends/admin/http_guard.hpp"
#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

// A chunk's size line: 16 hexadecimal digits and room for extensions, which nobody sends.
constexpr std::size_t size_line_bytes_max = 256;
constexpr std::size_t size_digits_max = 16;

}  // namespace

BodyReader::BodyReader(const GuardedHeader& header, const HttpLimits& limits)
    : body_bytes_max_(body_bytes_max(header, limits)) {
    switch (header.framing) {
        case BodyFraming::none: return;
        case BodyFraming::length:
            data_left_ = header.body_bytes;
            state_ = data_left_ > 0 ? State::data : State::complete;
            return;
        case BodyFraming::chunked:
            chunked_ = true;
            state_ = State::size_line;
            return;
    }
}

std::size_t BodyReader::take(std::string_view bytes, std::string& body) {
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ != State::complete && state_ != State::refused) {
        const auto rest = bytes.substr(taken);
        taken += state_ == State::data ? take_data(rest, body) : take_line(rest);
    }
    return taken;
}

std::size_t BodyReader::take_data(std::string_view bytes, std::string& body) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), data_left_));
    body.append(bytes.substr(0, count));
    data_left_ -= count;
    if (data_left_ == 0) state_ = chunked_ ? State::data_end : State::complete;
    return count;
}

/// Gathers one line; its end is CR LF and nothing less.
std::size_t BodyReader::take_line(std::string_view bytes) {
    std::size_t count = 0;
    while (count < bytes.size()) {
        const char c = bytes[count++];
        const bool after_return = line_.ends_with('\r');
        if (after_return != (c == '\n')) {
            refuse(400, "malformed line end in a chunked body");
            return count;
        }
        line_ += c;
        if (after_return) {
            line_.resize(line_.size() - 2);
            end_of_line();
            line_.clear();
            return count;
        }
        if (line_.size() > size_line_bytes_max) {
            refuse(400, "the line of a chunk's size is too long");
            return count;
        }
    }
    return count;
}

void BodyReader::end_of_line() {
    if (state_ == State::data_end) {
        if (!line_.empty()) return refuse(400, "a chunk is longer than its size says");
        state_ = State::size_line;
        return;
    }
    if (state_ == State::last_line) {
        // RFC 9112 section 7.1.2 allows trailers, and Beast merges them into the header: a way round every check.
        if (!line_.empty()) return refuse(400, "trailers are not accepted");
        state_ = State::complete;
        return;
    }

    const auto digits = std::min(line_.size(), line_.find(';'));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(line_.data(), line_.data() + digits, size, 16);
    const bool whole = error == std::errc() && end == line_.data() + digits;
    // from_chars takes a minus sign, but none of its results with one fits.
    if (digits == 0 || digits > size_digits_max || !whole || line_.starts_with('-')) {
        return refuse(400, "malformed size of a chunk");
    }
    if (!is_chunk_extensions(std::string_view(line_).substr(digits))) return refuse(400, "malformed chunk extension");
    if (size > body_bytes_max_ - body_bytes_) return refuse(413, "the body is too long");
    body_bytes_ += size;
    data_left_ = size;
    state_ = size > 0 ? State::data : State::last_line;
}

void BodyReader::refuse(int status, std::string_view reason) {
    state_ = State::refused;
    refusal_ = HttpRefusal{status, reason};
}

}  // namespace tern::admin
