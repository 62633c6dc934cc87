#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <utility>

#include "clients/cpp/source/stream_consumer_state.hpp"
#include "tern/stream_consumer.hpp"

/// The runner: polls, and a handler for each record.
namespace tern {

namespace asio = boost::asio;

namespace {

// A run's poll ends with records, an error or stop.
constexpr std::chrono::hours long_wait{1};

asio::awaitable<std::exception_ptr> handled(const StreamConsumer::Handler& handler, const ConsumedRecord& record) {
    try {
        co_await handler(record);
    } catch (...) {
        co_return std::current_exception();
    }
    co_return nullptr;
}

}  // namespace

asio::awaitable<Outcome<void>> StreamConsumer::run(Handler handler, StreamRunOptions options) {
    const auto state = state_;
    asio::steady_timer retry(co_await asio::this_coro::executor);
    Outcome<void> ended;
    while (!state->stopped()) {
        const auto polled = co_await poll(options.records_max, long_wait, asio::use_awaitable);
        if (!polled.has_value()) {
            ended = polled.error();
            break;
        }
        // Their records from the first failed one on are read again.
        std::set<StreamPartition> again;
        bool failed = false;
        for (const auto& record : *polled) {
            const StreamPartition partition{record.stream, record.partition};
            if (again.contains(partition)) continue;
            if (!state->stopped()) {
                const auto failure = co_await handled(handler, record);
                if (!failure) continue;
                failed = true;
                if (options.on_failure) options.on_failure(record, failure);
            }
            again.insert(partition);
            seek(partition, record.offset);
        }
        if (!group().name.empty() && (state->stopped() || !state->commits_automatically())) {
            const auto committed = co_await commit(asio::use_awaitable);
            if (!committed.has_value()) ended = committed.error();
            // What the group has given to others, they will read: that is no failure.
            if (!ended.has_value() && !detail::ends_run(ended.error())) ended = Outcome<void>();
            if (!ended.has_value()) break;
        }
        if (failed && !state->stopped()) {
            retry.expires_after(options.retry_delay);
            co_await retry.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
    const auto closed = co_await close(asio::use_awaitable);
    if (ended.has_value() && !closed.has_value() && detail::ends_run(closed.error())) ended = closed.error();
    co_return ended;
}

void StreamConsumer::stop() {
    state_->stop();
}

}  // namespace tern
