#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/engine/answers.hpp"

namespace tern::native {

/// What a session has to write: replies gather while one write is on its way, and leave as one piece. What is long
/// leaves as a piece of its own, uncopied. Remembers which messages have not left, so that they can be given back when
/// the connection ends.
class Outbox {
public:
    /// Where a reply is appended.
    std::string& end() { return gathering_; }
    /// Puts these bytes at the end; when they are many, as they are.
    void append(Bytes&& bytes) {
        if (bytes.size() < owned_bytes_min) {
            gathering_.append(bytes);
            return;
        }
        queued_bytes_ += gathering_.size() + bytes.size();
        if (!gathering_.empty()) queued_.push_back(std::exchange(gathering_, {}));
        queued_.push_back(std::move(bytes));
    }
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
    std::size_t bytes() const { return gathering_.size() + queued_bytes_ + leaving_.size() - left_; }

    /// The next piece to write; empty when there is nothing. Valid until written() was told of all of it.
    std::string_view next_piece() {
        if (left_ == leaving_.size()) {
            recycle();
            take_next();
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
    // Below this a copy costs less than a write of its own.
    static constexpr std::size_t owned_bytes_min = 32u << 10;
    // Buffers that grew for one long answer are not kept.
    static constexpr std::size_t kept_bytes_max = 256u << 10;

    std::uint64_t appended() const { return written_ + bytes(); }
    void recycle() {
        left_ = 0;
        if (leaving_.capacity() > kept_bytes_max) leaving_ = {};
        leaving_.clear();
    }

    void take_next() {
        if (queued_.empty()) return std::swap(gathering_, leaving_);
        leaving_ = std::move(queued_.front());
        queued_.pop_front();
        queued_bytes_ -= leaving_.size();
    }

    std::string gathering_;
    /// What leaves before it, none of it empty.
    std::deque<std::string> queued_;
    std::size_t queued_bytes_ = 0;
    std::string leaving_;
    std::size_t left_ = 0;
    std::uint64_t written_ = 0;
    std::deque<HandedOut> handed_out_;
};

}  // namespace tern::native
