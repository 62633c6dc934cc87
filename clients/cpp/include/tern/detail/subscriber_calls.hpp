#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tern/detail/request.hpp"
#include "tern/publication.hpp"
#include "tern/subscribing.hpp"

/// How a subscriber's calls travel from completion tokens to its state. Not for use by applications.
namespace tern::detail {

class SubscriberState;
using SubscriberPointer = std::shared_ptr<SubscriberState>;
using Pushes = std::vector<Push>;

boost::asio::any_io_executor executor_of(const SubscriberState& state);

void subscribe(const SubscriberPointer& state, std::unique_ptr<Completion<Subscribed>> completion);
/// Without a wait: until something comes.
void next(const SubscriberPointer& state, std::size_t pushes_max, std::optional<std::chrono::milliseconds> wait,
          std::unique_ptr<Completion<Pushes>> completion);
/// With a delay they are rejected.
void settle(const SubscriberPointer& state, std::vector<std::string> handles,
            std::optional<std::chrono::milliseconds> reject_delay,
            std::unique_ptr<Completion<std::vector<EntryResult>>> completion);
void set_member_state(const SubscriberPointer& state, std::string member_state);
void close(const SubscriberPointer& state, std::unique_ptr<Completion<void>> completion);

/// Completes with the first of the pushes.
class FirstPush final : public Completion<Pushes> {
public:
    explicit FirstPush(std::unique_ptr<Completion<Push>> inner) : inner_(std::move(inner)) {}
    void complete(Outcome<Pushes>&& outcome) override {
        if (!outcome.has_value()) return inner_->complete(outcome.error());
        inner_->complete(std::move(outcome->front()));
    }

private:
    std::unique_ptr<Completion<Push>> inner_;
};

/// Makes a completion of the token's handler, and hands it to `call`.
template <class T, class Token, class Call>
auto start_on_subscriber(const SubscriberPointer& state, Call call, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<T>)>(
        [](auto handler, SubscriberPointer to, Call what) {
            using Handler = decltype(handler);
            auto completion = std::make_unique<CompletionOf<T, Handler>>(std::move(handler), executor_of(*to));
            what(to, std::move(completion));
        },
        token, state, std::move(call));
}

}  // namespace tern::detail
