#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/engine/answers.hpp"

namespace tern::native {

/// What a session has to write: messages gather while one write is on its way, and leave together. What is long leaves
/// uncopied, and what many sessions get is shared with them. Remembers which messages of queues have not left, so that
/// they can be given back when the connection ends.
class Outbox {
public:
    /// What is written from now on is a new message.
    void begin_message() {
        if (gathering_.size() >= gathered_bytes_max) queue_gathered();
        if (gathering_.empty()) gathering_begins_ = true;
    }
    /// Where the message at hand goes on.
    std::string& end() { return gathering_; }
    /// Goes on with these bytes; when they are many, as they are.
    void append(Bytes&& bytes) {
        if (bytes.size() < owned_bytes_min) {
            gathering_.append(bytes);
            return;
        }
        queue_gathered();
        queue({std::move(bytes), nullptr, false});
        gathering_begins_ = false;
    }
    /// A whole message, shared with other sessions. Not empty.
    void append_shared(const std::shared_ptr<const std::string>& message) {
        queue_gathered();
        queue({{}, message, true});
        gathering_begins_ = true;
    }
    /// The message just appended hands out these messages of a queue.
    void remember(engine::Answer&& answer) {
        if (auto* messages = std::get_if<engine::Messages>(&answer.body)) {
            // The receipt handles are enough to give messages back.
            for (auto& message : messages->messages) message.record = {};
        }
        handed_out_.push_back({written_ + bytes(), std::move(answer)});
    }

    bool empty() const { return bytes() == 0; }
    /// Not written yet.
    std::size_t bytes() const { return gathering_.size() + queued_bytes_ + leaving_bytes_; }

    /// The next pieces to write, for one gathered write; none when there is nothing. Valid until written() was told of
    /// all of it. Unless some of the last ones is left they are whole messages: at most 64 pieces and `bytes_max`
    /// bytes, but at least one message, however long it is.
    std::span<const std::string_view> next_pieces(std::size_t bytes_max) {
        if (leaving_bytes_ == 0) {
            recycle();
            take_next(bytes_max);
        }
        pieces_.clear();
        for (auto i = first_; i < leaving_.size(); ++i) pieces_.push_back(leaving_[i].view());
        if (!pieces_.empty()) pieces_.front().remove_prefix(left_);
        return pieces_;
    }
    /// So many bytes of the pieces went to the operating system.
    void written(std::size_t bytes) {
        written_ += bytes;
        leaving_bytes_ -= bytes;
        left_ += bytes;
        while (first_ < leaving_.size() && left_ >= leaving_[first_].view().size()) {
            left_ -= leaving_[first_].view().size();
            ++first_;
        }
        while (!handed_out_.empty() && handed_out_.front().ends_at <= written_) handed_out_.pop_front();
    }

    /// Answers with messages of queues that never left.
    std::vector<engine::Answer> take_unwritten() {
        std::vector<engine::Answer> answers;
        for (auto& entry : handed_out_) answers.push_back(std::move(entry.answer));
        handed_out_.clear();
        return answers;
    }

private:
    struct Piece {
        std::string owned;
        std::shared_ptr<const std::string> shared;
        bool begins_message;

        std::string_view view() const { return shared ? std::string_view(*shared) : std::string_view(owned); }
    };
    struct HandedOut {
        std::uint64_t ends_at;
        engine::Answer answer;
    };
    // Below this a copy costs less than a piece of its own.
    static constexpr std::size_t owned_bytes_min = 32u << 10;
    static constexpr std::size_t gathered_bytes_max = 64u << 10;
    static constexpr std::size_t pieces_max = 64;
    // Memory that grew for a burst is not kept.
    static constexpr std::size_t kept_bytes_max = 256u << 10;
    static constexpr std::size_t kept_pieces_max = 32;

    void queue(Piece&& piece) {
        queued_bytes_ += piece.view().size();
        queued_.push_back(std::move(piece));
    }
    void queue_gathered() {
        if (!gathering_.empty()) queue({std::exchange(gathering_, {}), nullptr, gathering_begins_});
    }

    void take_next(std::size_t bytes_max) {
        while (head_ < queued_.size()) {
            const auto message = next_message();
            if (!fits(message, bytes_max)) return;
            for (auto pieces = message.queued; pieces > 0; --pieces) take(std::move(queued_[head_++]));
        }
        queued_.clear();
        if (queued_.capacity() > kept_pieces_max) queued_.shrink_to_fit();
        head_ = 0;
        if (gathering_.empty() || (gathering_begins_ && !fits({1, gathering_.size(), 0}, bytes_max))) return;
        queued_bytes_ += gathering_.size();
        take({std::exchange(gathering_, std::move(spare_)), nullptr, gathering_begins_});
        gathering_.clear();
    }
    /// The message that is queued next, with its end if that is still gathered.
    struct Extent {
        std::size_t pieces;
        std::size_t bytes;
        std::size_t queued;
    };
    Extent next_message() const {
        auto end = head_;
        std::size_t bytes = 0;
        do {
            bytes += queued_[end++].view().size();
        } while (end < queued_.size() && !queued_[end].begins_message);
        const bool goes_on = end == queued_.size() && !gathering_.empty() && !gathering_begins_;
        const auto queued = end - head_;
        return goes_on ? Extent{queued + 1, bytes + gathering_.size(), queued} : Extent{queued, bytes, queued};
    }
    bool fits(const Extent& message, std::size_t bytes_max) const {
        if (leaving_.empty()) return true;
        return leaving_.size() + message.pieces <= pieces_max && leaving_bytes_ + message.bytes <= bytes_max;
    }
    void take(Piece&& piece) {
        const auto bytes = piece.view().size();
        queued_bytes_ -= bytes;
        leaving_bytes_ += bytes;
        leaving_.push_back(std::move(piece));
    }
    void recycle() {
        first_ = 0;
        left_ = 0;
        for (auto& piece : leaving_) {
            if (piece.owned.capacity() > spare_.capacity() && piece.owned.capacity() <= kept_bytes_max) {
                spare_ = std::move(piece.owned);
            }
        }
        leaving_.clear();
        if (leaving_.capacity() > kept_pieces_max) leaving_.shrink_to_fit();
        pieces_.clear();
        if (pieces_.capacity() > kept_pieces_max) pieces_.shrink_to_fit();
    }

    std::string gathering_;
    bool gathering_begins_ = true;
    /// Memory for the next bytes to gather in.
    std::string spare_;
    /// What leaves before them, from head_ on; none of it empty.
    std::vector<Piece> queued_;
    std::size_t head_ = 0;
    std::size_t queued_bytes_ = 0;
    /// What is being written: from byte left_ of piece first_ on.
    std::vector<Piece> leaving_;
    std::size_t first_ = 0;
    std::size_t left_ = 0;
    std::size_t leaving_bytes_ = 0;
    std::vector<std::string_view> pieces_;
    std::uint64_t written_ = 0;
    std::deque<HandedOut> handed_out_;
};

}  // namespace tern::native
