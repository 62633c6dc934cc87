#include "broker/runtime/mailbox.hpp"

#include <utility>
#include <variant>

namespace tern::runtime {
namespace {

// The vectors keep their memory from batch to batch, but not after a burst: an idle broker is a small one.
constexpr std::size_t envelopes_kept_max = 2'048;

}  // namespace

bool is_answered(const engine::Command& command) {
    return !std::holds_alternative<engine::GiveBackMessages>(command) &&
           !std::holds_alternative<engine::CancelWait>(command) && !std::holds_alternative<engine::EndSession>(command);
}

Result<void> Mailbox::put(Envelope&& envelope) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return Errc::shutting_down;
        const auto waiting = commands();
        if (waiting >= limits_.commands_max) return Errc::overloaded;
        if (waiting > 0 && bytes() + envelope.bytes > limits_.bytes_max) return Errc::overloaded;
        append(std::move(envelope));
    }
    wakened_.notify_one();
    return {};
}

void Mailbox::put_internal(const engine::Ticket& ticket, engine::Command&& command) {
    {
        const std::lock_guard lock(mutex_);
        if (finished_) return;
        append({ticket, std::move(command), nullptr, 0});
    }
    wakened_.notify_one();
}

void Mailbox::append(Envelope&& envelope) {
    bytes_.fetch_add(envelope.bytes, std::memory_order_relaxed);
    commands_.fetch_add(1, std::memory_order_relaxed);
    waiting_.push_back(std::move(envelope));
}

void Mailbox::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wakened_.notify_one();
}

void Mailbox::finish() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        finished_ = true;
    }
    wakened_.notify_one();
}

void Mailbox::wake() {
    {
        const std::lock_guard lock(mutex_);
        wake_requested_ = true;
    }
    wakened_.notify_one();
}

void Mailbox::wait(std::optional<Clock::SteadyPoint> until) {
    if (begin_ < taken_.size()) return;

    std::unique_lock lock(mutex_);
    const auto something = [this] { return !waiting_.empty() || wake_requested_ || finished_; };
    taker_sleeps_ = true;
    idle_.notify_all();
    if (until) {
        wakened_.wait_until(lock, *until, something);
    } else {
        wakened_.wait(lock, something);
    }
    wake_requested_ = false;
    taker_sleeps_ = false;
}

std::span<Envelope> Mailbox::take() {
    // Frames are let go batch by batch, not only when all that was swapped out is done.
    for (auto i = handed_out_; i < begin_; ++i) taken_[i].frame.reset();

    if (begin_ == taken_.size()) {
        taken_.clear();
        if (taken_.capacity() > envelopes_kept_max) taken_.shrink_to_fit();
        begin_ = 0;
        const std::lock_guard lock(mutex_);
        std::swap(waiting_, taken_);
    }

    handed_out_ = begin_;
    std::size_t batch_bytes = 0;
    while (begin_ < taken_.size() && begin_ - handed_out_ < limits_.batch_commands_max) {
        const auto bytes = taken_[begin_].bytes;
        if (begin_ > handed_out_ && batch_bytes + bytes > limits_.batch_bytes_max) break;
        batch_bytes += bytes;
        ++begin_;
    }
    const auto count = begin_ - handed_out_;
    commands_.fetch_sub(count, std::memory_order_relaxed);
    bytes_.fetch_sub(batch_bytes, std::memory_order_relaxed);
    return {taken_.data() + handed_out_, count};
}

bool Mailbox::wait_until_idle(Milliseconds patience) {
    std::unique_lock lock(mutex_);
    return idle_.wait_for(lock, patience, [this] { return taker_sleeps_ && waiting_.empty() && !wake_requested_; });
}

bool Mailbox::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool Mailbox::finished() const {
    const std::lock_guard lock(mutex_);
    return finished_;
}

}  // namespace tern::runtime
