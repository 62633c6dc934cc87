#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "tern/detail/request.hpp"
#include "tern/record.hpp"

namespace tern {
struct StreamPartition;
}

/// How a stream consumer's calls travel from completion tokens to its state. Not for use by applications.
namespace tern::detail {

class StreamConsumerState;
using StreamConsumerPointer = std::shared_ptr<StreamConsumerState>;

boost::asio::any_io_executor executor_of(const StreamConsumerState& state);

void poll(const StreamConsumerPointer& state, std::size_t records_max, std::chrono::milliseconds wait,
          std::unique_ptr<Completion<std::vector<ConsumedRecord>>> completion);
void commit(const StreamConsumerPointer& state, std::unique_ptr<Completion<void>> completion);
void commit(const StreamConsumerPointer& state, std::vector<OffsetToCommit> offsets,
            std::unique_ptr<Completion<void>> completion);
void position(const StreamConsumerPointer& state, StreamPartition partition,
              std::unique_ptr<Completion<std::uint64_t>> completion);
void rejoin(const StreamConsumerPointer& state, std::unique_ptr<Completion<void>> completion);
void close(const StreamConsumerPointer& state, std::unique_ptr<Completion<void>> completion);

/// Makes a completion of the token's handler, and hands it to `call`.
template <class T, class Token, class Call>
auto start_on(const StreamConsumerPointer& state, Call call, Token&& token) {
    return boost::asio::async_initiate<Token, void(Outcome<T>)>(
        [](auto handler, StreamConsumerPointer to, Call what) {
            using Handler = decltype(handler);
            auto completion = std::make_unique<CompletionOf<T, Handler>>(std::move(handler), executor_of(*to));
            what(to, std::move(completion));
        },
        token, state, std::move(call));
}

}  // namespace tern::detail
