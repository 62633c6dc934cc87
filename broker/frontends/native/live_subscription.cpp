#include "broker/frontends/native/live_subscription.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "broker/frontends/native/pushed.hpp"

namespace tern::native {

namespace {

// What is read from the history in one step, and pushed as one message.
constexpr engine::HistoryLimits piece_limits{100, 64u << 10};

std::size_t size_of(const runtime::SharedEncodings::Bytes& bytes) {
    return bytes->size();
}

}  // namespace

LiveSubscription::~LiveSubscription() {
    set_behind(false);
    for (const auto& entry : held_back_) side_.held_back_bytes -= size_of(entry.bytes);
}

void LiveSubscription::set_behind(bool behind) {
    if (behind_ == behind) return;
    behind_ = behind;
    auto& count = side_.surroundings.metrics().subscribers_behind;
    behind ? count.add() : count.subtract();
}

void LiveSubscription::on_publication(runtime::SharedPublication& publication) {
    if (over()) return;
    const auto offset = publication.published().offset;
    if (behind_) {
        auto& metrics = side_.surroundings.metrics();
        offset ? metrics.pushes_postponed.add() : metrics.pushes_dropped.add();
        return;
    }
    if (offset && *offset < next_) return;
    if (!policy_ || policy_->matches(publication.filter_input())) {
        if (!held_back_.empty() || !side_.has_room()) return on_too_slow(publication);
        push(publication);
    }
    if (offset) next_ = *offset + 1;
}

void LiveSubscription::push(runtime::SharedPublication& publication) {
    const auto& bytes = encoding_of(publication);
    if (!bytes) {
        const auto offset = publication.published().offset.value_or(next_);
        return tell_gap(offset, offset + 1, 1);
    }
    side_.outbox.append_shared(bytes);
    side_.count_push();
    side_.touch();
}

/// None when it would be too long in this form.
const runtime::SharedEncodings::Bytes& LiveSubscription::encoding_of(runtime::SharedPublication& publication) {
    return publication.encodings().get({&side_.writer, id_}, [&] {
        std::string message;
        const auto one = pushed(publication.published());
        const auto status = side_.writer.write(ReplyTo{id_, message}, std::span(&one, 1));
        return status == Errc::ok ? std::make_shared<const std::string>(std::move(message)) : nullptr;
    });
}

void LiveSubscription::on_too_slow(runtime::SharedPublication& publication) {
    auto& metrics = side_.surroundings.metrics();
    const auto offset = publication.published().offset;
    switch (slow_) {
        case SlowPolicy::catch_up:
            if (!offset) return metrics.pushes_dropped.add();
            next_ = *offset;
            metrics.pushes_postponed.add();
            set_behind(true);
            return want_turn();
        case SlowPolicy::drop_oldest: return hold_back(publication);
        case SlowPolicy::disconnect:
            metrics.subscribers_ended_slow.add();
            side_.fault = Errc::subscriber_too_slow;
            return end(Errc::subscriber_too_slow);
    }
}

void LiveSubscription::hold_back(runtime::SharedPublication& publication) {
    const auto offset = publication.published().offset;
    if (offset) next_ = *offset + 1;
    // One that is too long in this form is dropped, too, when its turn comes.
    const auto& bytes = encoding_of(publication);
    static const auto nothing = std::make_shared<const std::string>();
    held_back_.push_back({bytes ? bytes : nothing, offset});
    side_.held_back_bytes += size_of(held_back_.back().bytes);
    while (side_.held_back_bytes > side_.limits.bytes_max && !held_back_.empty()) drop_oldest();
    want_turn();
}

void LiveSubscription::drop_oldest() {
    const auto& oldest = held_back_.front();
    if (dropped_ == 0) dropped_from_ = dropped_to_ = oldest.offset.value_or(next_);
    if (oldest.offset) dropped_to_ = *oldest.offset + 1;
    ++dropped_;
    side_.surroundings.metrics().pushes_dropped.add();
    side_.held_back_bytes -= size_of(oldest.bytes);
    held_back_.pop_front();
}

bool LiveSubscription::proceed() {
    if (retained_) {
        const bool more = push_retained();
        return !over() && (more || behind_ || !held_back_.empty());
    }
    if (behind_) return read_on();
    return push_held_back();
}

bool LiveSubscription::push_held_back() {
    while (side_.has_room()) {
        while (!held_back_.empty() && held_back_.front().bytes->empty()) drop_oldest();
        if (dropped_ > 0) tell_gap(dropped_from_, dropped_to_, std::exchange(dropped_, 0));
        if (held_back_.empty()) return false;
        side_.held_back_bytes -= size_of(held_back_.front().bytes);
        side_.outbox.append_shared(held_back_.front().bytes);
        side_.count_push();
        held_back_.pop_front();
    }
    return !held_back_.empty() || dropped_ > 0;
}

/// Reads a piece of the last values. Whether there are more.
bool LiveSubscription::push_retained() {
    auto piece = side_.surroundings.read_retained(opened_.topic, wish_.pattern, retained_->after, piece_limits);
    if (!piece.has_value()) {
        end(piece.error());
        return false;
    }
    std::vector<PushedPublication> publications;
    for (const auto& stored : piece->publications) {
        if (is_pushed_live(stored) || !passes(stored)) continue;
        publications.push_back(pushed(stored));
        publications.back().retained = true;
    }
    push_stored(publications);
    retained_->after = std::move(piece->next_after);
    if (retained_->after.empty()) retained_.reset();
    return retained_.has_value();
}

bool LiveSubscription::is_pushed_live(const engine::StoredPublication& last_value) const {
    if (last_value.offset < retained_->end) return false;
    return opened_.history || last_value.at >= retained_->began_at;
}

/// Reads a piece of the history. Whether it is still behind.
bool LiveSubscription::read_on() {
    auto piece = side_.surroundings.read_history(opened_.topic, next_, piece_limits);
    if (!piece.has_value()) {
        end(piece.error());
        return false;
    }
    if (piece->start_offset > next_) {
        tell_gap(next_, piece->start_offset, piece->start_offset - next_);
        next_ = piece->start_offset;
    }
    std::vector<PushedPublication> publications;
    for (const auto& stored : piece->publications) {
        if (stored.offset >= next_ && passes(stored)) publications.push_back(pushed(stored));
    }
    push_stored(publications);
    next_ = std::max(next_, piece->next_offset);
    if (next_ < piece->end_offset) return true;
    set_behind(false);
    return false;
}

void LiveSubscription::push_stored(std::span<const PushedPublication> publications) {
    if (publications.empty()) return;
    if (side_.writer.write(side_.to(id_), publications) == Errc::ok) {
        for (std::size_t i = 0; i < publications.size(); ++i) side_.count_push();
        return side_.touch();
    }
    // Together they are too long for a message; one that is so alone is told as a gap.
    if (publications.size() > 1) {
        for (const auto& one : publications) push_stored(std::span(&one, 1));
        return;
    }
    const auto offset = publications.front().offset.value_or(next_);
    tell_gap(offset, offset + 1, 1);
}

}  // namespace tern::native
