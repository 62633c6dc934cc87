#pragma once

#include <boost/asio/async_result.hpp>
#include <memory>
#include <utility>

#include "tern/detail/request.hpp"
#include "tern/message.hpp"

namespace tern::detail {

class SenderState;

boost::asio::any_io_executor executor_of(const SenderState& state);
void gather(const std::shared_ptr<SenderState>& state, NewMessage&& message,
            std::unique_ptr<Completion<Sent>> completion);

template <class Token>
auto start_gathered(const std::shared_ptr<SenderState>& state, NewMessage message, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<Sent>)>(
        [](auto handler, std::shared_ptr<SenderState> to, NewMessage what) {
            using Handler = decltype(handler);
            auto completion = std::make_unique<CompletionOf<Sent, Handler>>(std::move(handler), executor_of(*to));
            gather(to, std::move(what), std::move(completion));
        },
        token, state, std::move(message));
}

class ConsumerState;

boost::asio::any_io_executor executor_of(const ConsumerState& state);
void run(const std::shared_ptr<ConsumerState>& state, std::unique_ptr<Completion<void>> completion);

template <class Token>
auto start_consumer(const std::shared_ptr<ConsumerState>& state, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<void>)>(
        [](auto handler, std::shared_ptr<ConsumerState> what) {
            using Handler = decltype(handler);
            auto completion = std::make_unique<CompletionOf<void, Handler>>(std::move(handler), executor_of(*what));
            run(what, std::move(completion));
        },
        token, state);
}

}  // namespace tern::detail
