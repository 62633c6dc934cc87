#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <cstdint>
#include <memory>
#include <utility>

#include "tern/detail/request.hpp"
#include "tern/record.hpp"

/// How a producer's calls travel from completion tokens to its state. Not for use by applications.
namespace tern::detail {

class ProducerState;

/// What a caller waits for.
enum class ProducerWait : std::uint8_t { room, flush, close };

boost::asio::any_io_executor executor_of(const ProducerState& state);
void send(const std::shared_ptr<ProducerState>& state, NewRecord&& record,
          std::unique_ptr<Completion<Appended>> completion);
void wait(const std::shared_ptr<ProducerState>& state, ProducerWait what, std::unique_ptr<Completion<void>> completion);

template <class Token>
auto start_send(const std::shared_ptr<ProducerState>& state, NewRecord record, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<Appended>)>(
        [](auto handler, std::shared_ptr<ProducerState> to, NewRecord what) {
            using Handler = decltype(handler);
            auto completion = std::make_unique<CompletionOf<Appended, Handler>>(std::move(handler), executor_of(*to));
            send(to, std::move(what), std::move(completion));
        },
        token, state, std::move(record));
}

template <class Token>
auto start_producer(const std::shared_ptr<ProducerState>& state, ProducerWait what, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<void>)>(
        [what](auto handler, std::shared_ptr<ProducerState> to) {
            using Handler = decltype(handler);
            auto completion = std::make_unique<CompletionOf<void, Handler>>(std::move(handler), executor_of(*to));
            wait(to, what, std::move(completion));
        },
        token, state);
}

}  // namespace tern::detail
