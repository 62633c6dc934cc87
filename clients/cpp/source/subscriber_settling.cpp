#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "clients/cpp/source/coroutines.hpp"
#include "clients/cpp/source/subscriber_state.hpp"

/// Acknowledging what a durable subscription has pushed. It goes by the subscription's id: when that was lost before
/// the answer came, the same is said to the next one, to which the handles mean the same.
namespace tern::detail {

namespace asio = boost::asio;

void SubscriberState::settle(std::vector<std::string> handles, std::optional<std::chrono::milliseconds> reject_delay,
                             std::unique_ptr<Settled> completion) {
    if (handles.empty()) return completion->complete(std::vector<EntryResult>());
    begin();
    asio::co_spawn(strand_,
                   settle_until_done(shared_from_this(), std::move(handles), reject_delay, std::move(completion)),
                   [](std::exception_ptr failure) {
                       if (failure) std::rethrow_exception(failure);
                   });
}

asio::awaitable<void> SubscriberState::settle_until_done(SubscriberPointer, std::vector<std::string> handles,
                                                         std::optional<std::chrono::milliseconds> reject_delay,
                                                         std::unique_ptr<Settled> completion) {
    Id tried = 0;
    while (true) {
        while (!ended() && (state_ != State::subscribed || subscription_ == tried)) {
            co_await stands_.async_wait(token);
        }
        if (ended()) {
            const Error closed(ConnectionErrc::closed, {}, tried == 0 ? Execution::surely_not : Execution::perhaps);
            co_return completion->complete(fatal_ ? *fatal_ : closed);
        }
        tried = subscription_;
        auto operation = reject_delay ? reject(session_->next_id(), tried, handles, *reject_delay)
                                      : acknowledge(session_->next_id(), tried, handles);
        auto outcome = co_await start(session_, std::move(operation), asio::use_awaitable);
        const bool lost = !outcome.has_value() && (outcome.error().code() == ConnectionErrc::connection_lost ||
                                                   outcome.error().code() == ConnectionErrc::connection_failed ||
                                                   outcome.error().code() == ConnectionErrc::request_timed_out);
        // The connection went between the two: what was not yet written went to the next one.
        const bool stale = !outcome.has_value() && subscription_ != tried &&
                           outcome.error().status() == Status::subscription_does_not_exist;
        if (!lost && !stale) co_return completion->complete(std::move(outcome));
    }
}

}  // namespace tern::detail
