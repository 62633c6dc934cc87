#include <algorithm>
#include <utility>

#include "clients/cpp/source/subscriber_state.hpp"

/// What is pushed to a subscriber, until it is taken.
namespace tern::detail {

void SubscriberState::on_pushes(Id subscription, Pushes&& pushes) {
    for (auto& push : pushes) {
        // Also when it was given up in the middle of these.
        if (subscription != subscription_ || ended()) break;
        if (wanted(push)) accept(std::move(push));
    }
    deliver();
}

/// False for what has come before. Keeps what is wanted next.
bool SubscriberState::wanted(const Push& push) {
    if (const auto* gap = std::get_if<PublicationGap>(&push)) {
        next_offset_ = std::max(next_offset_, gap->to_offset);
        return true;
    }
    const auto* publication = std::get_if<Publication>(&push);
    return !publication || wanted(*publication);
}

bool SubscriberState::wanted(const Publication& publication) {
    if (!publication.offset || durable()) return true;
    const auto offset = *publication.offset;
    if (publication.retained) return offset >= retained_from_;
    if (offset < next_offset_) return false;
    next_offset_ = offset + 1;
    return true;
}

void SubscriberState::accept(Push&& push) {
    waiting_.add(std::move(push));
    if (durable() || waiting_.bytes() <= options_.waiting_bytes_max) return;
    if (!deliver()) look_at_room();
}

/// Too much waits: what the slow policy says.
void SubscriberState::look_at_room() {
    const auto policy = options_.slow_policy.value_or(SlowPolicy::catch_up);
    if (policy == SlowPolicy::disconnect) {
        end_subscription();
        return fail(Error(Status::subscriber_too_slow));
    }
    const bool dropped = policy == SlowPolicy::drop_oldest && waiting_.drop_oldest(options_.waiting_bytes_max, epoch_);
    // Until there is room again. What comes meanwhile is in the topic's history, or told as a gap.
    if (dropped || state_ != State::subscribed) return;
    end_subscription();
    state_ = State::given_up;
}

void SubscriberState::next(std::size_t pushes_max, std::optional<std::chrono::milliseconds> wait,
                           std::unique_ptr<Completion<Pushes>> completion) {
    if (taking_) end_next(Pushes());
    taking_ = std::move(completion);
    pushes_max_ = std::max<std::size_t>(pushes_max, 1);
    if (deliver()) return;
    begin();
    if (!wait) return;
    take_timer_.expires_after(*wait);
    take_timer_.async_wait([self = shared_from_this(), taking = ++takings_](const boost::system::error_code& error) {
        if (!error && self->taking_ && taking == self->takings_) self->end_next(Pushes());
    });
}

/// Completes the taking when there is something to tell.
bool SubscriberState::deliver() {
    if (!taking_) return false;
    if (!waiting_.empty()) {
        end_next(waiting_.take(pushes_max_));
        const bool room = waiting_.bytes() <= options_.waiting_bytes_max / 2;
        if (state_ == State::given_up && room && !ended()) make_subscription();
        return true;
    }
    if (fatal_) {
        end_next(*fatal_);
        return true;
    }
    if (!closing_) return false;
    end_next(Error(ConnectionErrc::closed, {}, Execution::surely_not));
    return true;
}

void SubscriberState::end_next(Outcome<Pushes>&& outcome) {
    take_timer_.cancel();
    std::exchange(taking_, nullptr)->complete(std::move(outcome));
}

}  // namespace tern::detail
