#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/engine/answers.hpp"

namespace tern::native {

/// What a session has to write: replies gather while one write is on its way, and leave as one piece. Remembers which
/// messages have not left, so that they can be given back when the connection ends.
class Outbox {
public:
    /// Where a reply is appended.
    std::string& end() { return gathering_; }
    /// The reply just appended hands out these messages.
    void remember(engine::Answer&& answer) {
        if (auto* messages = std::get_if<engine::Messages>(&answer.body)) {
            // The receipt handles are enough to give messages back.
            for (auto& message : messages->messages) message.record = {};
        }
        handed_out_.push_back({appended(), std::move(answer)});
    }

    bool empty() const { return bytes() == 0; }
    /// Not written yet.
    std::size_t bytes() const { return gathering_.size() + leaving_.size() - left_; }

    /// The next piece to write; empty when there is nothing. Valid until written() was told of all of it.
    std::string_view next_piece() {
        if (left_ == leaving_.size()) {
            recycle();
            std::swap(gathering_, leaving_);
        }
        return std::string_view(leaving_).substr(left_);
    }
    /// So many bytes of the piece went to the operating system.
    void written(std::size_t bytes) {
        left_ += bytes;
        written_ += bytes;
        while (!handed_out_.empty() && handed_out_.front().ends_at <= written_) handed_out_.pop_front();
    }

    /// Answers with messages that never left.
    std::vector<engine::Answer> take_unwritten() {
        std::vector<engine::Answer> answers;
        for (auto& entry : handed_out_) answers.push_back(std::move(entry.answer));
        handed_out_.clear();
        return answers;
    }

private:
    struct HandedOut {
        std::uint64_t ends_at;
        engine::Answer answer;
    };
    // Buffers that grew for one long answer are not kept.
    static constexpr std::size_t kept_bytes_max = 256u << 10;

    std::uint64_t appended() const { return written_ + bytes(); }
    void recycle() {
        left_ = 0;
        if (leaving_.capacity() > kept_bytes_max) leaving_ = {};
        leaving_.clear();
    }

    std::string gathering_;
    std::string leaving_;
    std::size_t left_ = 0;
    std::uint64_t written_ = 0;
    std::deque<HandedOut> handed_out_;
};

}  // namespace tern::native
