#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/source/session.hpp"
#include "clients/cpp/source/waiting_pushes.hpp"
#include "tern/detail/subscriber_calls.hpp"
#include "tern/subscribing.hpp"

namespace tern::detail {

/// A subscriber: makes the subscription, makes it anew when it is lost, and holds what was pushed until it is taken.
/// All on one strand.
///
/// `next_offset_` is the offset of the publication that is wanted next: each subscription begins there, and what comes
/// from before it has come before. So it is when the connection is lost, and when the subscriber itself gives the
/// subscription up because too much waits.
class SubscriberState : public std::enable_shared_from_this<SubscriberState> {
public:
    SubscriberState(std::shared_ptr<Session> session, SubscriberOptions options);

    boost::asio::any_io_executor executor() const { return session_->executor(); }
    const boost::asio::strand<boost::asio::any_io_executor>& strand() const { return strand_; }

    // On the strand.
    void subscribe(std::unique_ptr<Completion<Subscribed>> completion);
    void next(std::size_t pushes_max, std::optional<std::chrono::milliseconds> wait,
              std::unique_ptr<Completion<Pushes>> completion);
    void settle(std::vector<std::string> handles, std::optional<std::chrono::milliseconds> reject_delay,
                std::unique_ptr<Completion<std::vector<EntryResult>>> completion);
    void set_member_state(std::string state);
    void close(std::unique_ptr<Completion<void>> completion);
    /// Unsubscribes without waiting for it.
    void abandon();

    // What became of a subscription; told by its request. Of another one than the present they mean nothing.
    void on_subscribed(Id subscription, Outcome<Subscribed>&& outcome);
    void on_pushes(Id subscription, Pushes&& pushes);
    void on_ended(Id subscription, const Error& error);
    void on_lost(Id subscription, const Error& error);

private:
    enum class State : std::uint8_t { idle, subscribing, subscribed, waiting, given_up };
    using Settled = Completion<std::vector<EntryResult>>;

    // ---- the subscription (subscriber_state.cpp)
    void begin();
    void make_subscription();
    void make_subscription_later();
    /// Tells the broker, and takes no more of it.
    void end_subscription();
    void end_subscription(Id subscription);
    void place(const Subscribed& subscribed);
    void on_error(const Error& error);
    void fail(const Error& error);
    bool ended() const { return closing_ || fatal_; }
    bool durable() const { return !options_.durable.empty(); }

    // ---- what is pushed (subscriber_pushing.cpp)
    bool wanted(const Push& push);
    bool wanted(const Publication& publication);
    void accept(Push&& push);
    void look_at_room();
    bool deliver();
    void end_next(Outcome<Pushes>&& outcome);

    // ---- acknowledging (subscriber_settling.cpp)
    boost::asio::awaitable<void> settle_until_done(SubscriberPointer self, std::vector<std::string> handles,
                                                   std::optional<std::chrono::milliseconds> reject_delay,
                                                   std::unique_ptr<Settled> completion);

    const std::shared_ptr<Session> session_;
    const boost::asio::strand<boost::asio::any_io_executor> strand_;
    SubscriberOptions options_;

    State state_ = State::idle;
    bool closing_ = false;
    std::optional<Error> fatal_;
    /// The request's id; 0: none.
    Id subscription_ = 0;
    std::optional<Subscribed> first_;
    std::string epoch_;
    std::uint64_t next_offset_ = 0;
    /// Kept last values from before this have come before.
    std::uint64_t retained_from_ = 0;

    WaitingPushes waiting_;
    std::unique_ptr<Completion<Pushes>> taking_;
    std::size_t pushes_max_ = 0;
    std::uint64_t takings_ = 0;
    std::vector<std::unique_ptr<Completion<Subscribed>>> subscribing_;

    boost::asio::steady_timer take_timer_;
    boost::asio::steady_timer pause_;
    // Never expires: cancelled when the subscription stands, or everything ends.
    boost::asio::steady_timer stands_;
    std::chrono::milliseconds backoff_;
    std::minstd_rand random_;
};

}  // namespace tern::detail
