#include "clients/cpp/source/subscriber_state.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "clients/cpp/source/subscription_request.hpp"

/// The subscription of a subscriber: made, lost, made anew, ended.
namespace tern::detail {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds pause_first{100};
constexpr std::chrono::milliseconds pause_max{2'000};

/// The same may succeed later.
bool heals(const Error& error) {
    if (error.is_connection_error()) {
        return error.code() != ConnectionErrc::closed && error.code() != ConnectionErrc::version_refused &&
               error.code() != ConnectionErrc::answer_not_understood;
    }
    const auto status = error.status();
    return status == Status::overloaded || status == Status::shutting_down || status == Status::storage_full;
}

const Error closed_error(ConnectionErrc::closed, {}, Execution::surely_not);

}  // namespace

SubscriberState::SubscriberState(std::shared_ptr<Session> session, SubscriberOptions options)
    : session_(std::move(session)),
      strand_(asio::make_strand(session_->executor())),
      options_(std::move(options)),
      take_timer_(strand_),
      pause_(strand_),
      stands_(strand_, std::chrono::steady_clock::time_point::max()),
      backoff_(pause_first),
      random_(std::random_device()()) {}

void SubscriberState::subscribe(std::unique_ptr<Completion<Subscribed>> completion) {
    if (fatal_) return completion->complete(*fatal_);
    if (closing_) return completion->complete(closed_error);
    if (first_) return completion->complete(*first_);
    subscribing_.push_back(std::move(completion));
    begin();
}

void SubscriberState::begin() {
    if (state_ == State::idle) make_subscription();
}

void SubscriberState::make_subscription() {
    state_ = State::subscribing;
    subscription_ = session_->next_id();
    const HistoryStart from = first_ && !durable() ? HistoryStart(FromOffset{next_offset_, epoch_}) : options_.from;
    session_->submit(subscription_request(detail::subscribe(subscription_, options_, from), shared_from_this()));
}

/// Full jitter, so that many subscribers do not come back all at once.
void SubscriberState::make_subscription_later() {
    state_ = State::waiting;
    std::uniform_int_distribution<std::int64_t> any(0, backoff_.count());
    pause_.expires_after(std::chrono::milliseconds(any(random_)));
    backoff_ = std::min(backoff_ * 2, pause_max);
    pause_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && !self->ended() && self->state_ == State::waiting) self->make_subscription();
    });
}

void SubscriberState::on_subscribed(Id subscription, Outcome<Subscribed>&& outcome) {
    if (subscription != subscription_) {
        // It was given up before it stood.
        if (outcome.has_value()) end_subscription(subscription);
        return;
    }
    if (!outcome.has_value()) {
        const auto error = outcome.error();
        const bool gave_up = !first_ && error.code() == ConnectionErrc::connection_failed;
        if (!heals(error) || gave_up) return fail(error);
        on_error(error);
        return make_subscription_later();
    }
    state_ = State::subscribed;
    backoff_ = pause_first;
    place(*outcome);
    stands_.cancel();
    if (!first_) first_ = *outcome;
    for (auto& completion : std::exchange(subscribing_, {})) completion->complete(*first_);
    if (options_.presence) accept(PresenceChange{std::move(outcome->members), {}, {}, true});
    deliver();
}

void SubscriberState::end_subscription() {
    if (subscription_ != 0) end_subscription(std::exchange(subscription_, 0));
}

void SubscriberState::end_subscription(Id subscription) {
    session_->forget_subscription(subscription);
    start(session_, unsubscribe(session_->next_id(), subscription), [](const Outcome<void>&) {});
}

/// Where the subscription begins, beside where it should.
void SubscriberState::place(const Subscribed& subscribed) {
    const auto* asked = std::get_if<FromOffset>(&options_.from);
    const bool known = first_.has_value() || asked;
    const auto wanted = first_ ? next_offset_ : asked ? asked->offset : subscribed.offset;
    const auto& wanted_epoch = first_ ? epoch_ : asked ? asked->epoch : subscribed.epoch;
    const bool new_epoch = known && !wanted_epoch.empty() && wanted_epoch != subscribed.epoch;
    const bool goes_on = known && !new_epoch;
    retained_from_ = first_ && !new_epoch ? next_offset_ : 0;
    epoch_ = subscribed.epoch;
    next_offset_ = goes_on ? std::max(wanted, subscribed.offset) : subscribed.offset;
    if (durable()) return;
    if (new_epoch || (goes_on && subscribed.offset > wanted)) {
        accept(PublicationGap{wanted, subscribed.offset, 0, subscribed.epoch, new_epoch});
    }
}

void SubscriberState::on_lost(Id subscription, const Error& error) {
    if (subscription != subscription_ || ended()) return;
    if (!heals(error)) return fail(error);
    on_error(error);
    // Whether and how fast there is a new connection is the session's to see to.
    make_subscription();
}

void SubscriberState::on_ended(Id subscription, const Error& error) {
    if (subscription != subscription_ || ended()) return;
    if (!heals(error)) return fail(error);
    on_error(error);
    make_subscription_later();
}

void SubscriberState::on_error(const Error& error) {
    if (!closing_ && options_.on_error) options_.on_error(error);
}

/// No retry can heal it. What waits is given first.
void SubscriberState::fail(const Error& error) {
    if (!fatal_) fatal_ = error;
    subscription_ = 0;
    for (auto& completion : std::exchange(subscribing_, {})) completion->complete(*fatal_);
    stands_.cancel();
    deliver();
}

void SubscriberState::set_member_state(std::string member_state) {
    options_.member_state = std::move(member_state);
    if (state_ != State::subscribed || ended()) return;
    auto operation = set_presence(session_->next_id(), subscription_, options_.member_state);
    start(session_, std::move(operation), [](const Outcome<void>&) {});
}

void SubscriberState::abandon() {
    if (closing_) return;
    closing_ = true;
    waiting_.clear();
    end_subscription();
    pause_.cancel();
    stands_.cancel();
    for (auto& completion : std::exchange(subscribing_, {})) completion->complete(closed_error);
    if (taking_) end_next(closed_error);
}

void SubscriberState::close(std::unique_ptr<Completion<void>> completion) {
    const bool stood = state_ == State::subscribed && !ended();
    const auto subscription = stood ? std::exchange(subscription_, 0) : 0;
    if (stood) session_->forget_subscription(subscription);
    abandon();
    if (!stood) return completion->complete({});
    auto told = [completion = std::move(completion)](Outcome<void> outcome) mutable {
        // A subscription does not outlive its connection.
        if (!outcome.has_value() && outcome.error().is_connection_error()) outcome = Outcome<void>();
        completion->complete(std::move(outcome));
    };
    start(session_, unsubscribe(session_->next_id(), subscription), std::move(told));
}

}  // namespace tern::detail
