#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "tern/client.hpp"
#include "tern/detail/gathered.hpp"

namespace tern {

struct ConsumerOptions {
    /// Messages in work at once, and received ahead: at least 1.
    std::size_t in_work_max = 10;
    /// How long one receive waits for messages, up to 20 seconds.
    std::chrono::milliseconds wait{20'000};
    /// Absent: the queue's setting. It is extended each time half of it has passed, while the handler runs.
    std::optional<std::chrono::milliseconds> visibility_timeout = {};
    /// When a message is tried again after its handler threw. Absent: when its visibility timeout has passed.
    std::optional<std::chrono::milliseconds> retry_delay = {};
    /// Ends on its own when a receive found nothing.
    bool stop_when_empty = false;
    /// Ends on its own when so many messages were handed to the handler; 0: no limit.
    std::uint64_t messages_max = 0;
    /// Told of every handler that threw.
    std::function<void(const ReceivedMessage&, std::exception_ptr)> on_failure = {};
    /// Told when a receive, delete or extension failed; the consumer goes on after a pause.
    std::function<void(const Error&)> on_error = {};
};

struct ConsumerCounts {
    std::uint64_t received = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t given_back = 0;
    std::size_t in_work = 0;
};

/// What stop does with messages whose handlers run.
enum class StopMode : std::uint8_t {
    finish,     // waits for them
    give_back,  // cancels coroutine handlers, and makes visible at once what did not succeed
};

/// Works on the messages of one queue: a message is deleted when its handler returns, and comes back when it throws.
/// The client must outlive the run.
class Consumer {
public:
    using Handler = std::function<boost::asio::awaitable<void>(ReceivedMessage)>;

    /// The handler runs as a coroutine on the client's executor.
    Consumer(Client& client, QueueName queue, Handler handler, ConsumerOptions options = {});
    /// Stops like stop(StopMode::give_back).
    ~Consumer();
    Consumer(Consumer&&) noexcept = default;

    /// Works until stopped; completes with Outcome<void> when nothing is held any more. Once only. Errors: what no
    /// retry can heal, such as queue_does_not_exist.
    template <class Token>
    auto run(Token&& token) {
        return detail::start_consumer(state_, std::forward<Token>(token));
    }
    /// Receives no more and ends the run; from any thread, more than once if wished (give_back after finish hurries).
    void stop(StopMode mode = StopMode::finish);
    /// From any thread.
    ConsumerCounts counts() const;

private:
    std::shared_ptr<detail::ConsumerState> state_;
};

/// A handler that runs a plain function on a thread pool, as many at once as the pool has threads. The pool must
/// outlive the consumer's run.
Consumer::Handler on_thread_pool(boost::asio::thread_pool& pool, std::function<void(const ReceivedMessage&)> function);

}  // namespace tern
