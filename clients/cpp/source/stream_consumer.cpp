#include "tern/stream_consumer.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <map>

#include "clients/cpp/source/coroutines.hpp"
#include "clients/cpp/source/stream_consumer_state.hpp"

namespace tern {

namespace asio = boost::asio;

namespace detail {

StreamConsumerState::StreamConsumerState(std::shared_ptr<Session> session, StreamConsumerOptions options)
    : session_(std::move(session)),
      strand_(asio::make_strand(session_->executor())),
      options_(std::move(options)),
      poll_timer_(strand_),
      fetch_wake_(strand_, SteadyPoint::max()),
      fetch_pause_(strand_),
      membership_pause_(strand_),
      ended_(strand_, SteadyPoint::max()) {}

CommitIdentity StreamConsumerState::identity() const {
    const std::lock_guard lock(identity_mutex_);
    return identity_;
}

void StreamConsumerState::abandon() {
    closing_ = true;
    if (polling_) end_poll(Error(ConnectionErrc::closed, {}, Execution::surely_not));
    for (auto& completion : std::exchange(rejoined_, {})) {
        completion->complete(Error(ConnectionErrc::closed, {}, Execution::surely_not));
    }
    if (fetch_request_ != 0) session_->cancel(fetch_request_);
    fetch_wake_.cancel();
    fetch_pause_.cancel();
    wake_membership();
}

void StreamConsumerState::stop() {
    stopped_ = true;
    asio::post(strand_, [self = shared_from_this()] {
        if (self->polling_) self->end_poll(Records());
    });
}

void StreamConsumerState::close(std::unique_ptr<Completion<void>> completion) {
    const bool member = !options_.group.empty() && begun_ && !closing_;
    auto ending = [](StreamConsumerPointer self, bool leaves,
                     std::unique_ptr<Completion<void>> closed) -> asio::awaitable<void> {
        Outcome<void> outcome;
        if (leaves && self->options_.commit_automatically) {
            if (!self->in_work_) self->count_as_processed();
            outcome = co_await self->commit_now(self->to_commit(false));
        }
        self->abandon();
        while (self->running_ > 0) co_await self->ended_.async_wait(token);
        // A static member comes back.
        if (leaves && self->options_.instance.empty()) co_await self->leave();
        closed->complete(std::move(outcome));
    };
    asio::co_spawn(strand_, ending(shared_from_this(), member, std::move(completion)), rethrow);
}

asio::any_io_executor executor_of(const StreamConsumerState& state) {
    return state.executor();
}

void poll(const StreamConsumerPointer& state, std::size_t records_max, std::chrono::milliseconds wait,
          std::unique_ptr<Completion<Records>> completion) {
    asio::post(state->strand(), [state, records_max, wait, completion = std::move(completion)]() mutable {
        state->poll(records_max, wait, std::move(completion));
    });
}

void commit(const StreamConsumerPointer& state, std::unique_ptr<Completion<void>> completion) {
    asio::post(state->strand(),
               [state, completion = std::move(completion)]() mutable { state->commit(std::move(completion)); });
}

void commit(const StreamConsumerPointer& state, std::vector<OffsetToCommit> offsets,
            std::unique_ptr<Completion<void>> completion) {
    asio::post(state->strand(), [state, offsets = std::move(offsets), completion = std::move(completion)]() mutable {
        state->commit(std::move(offsets), std::move(completion));
    });
}

void position(const StreamConsumerPointer& state, StreamPartition partition,
              std::unique_ptr<Completion<std::uint64_t>> completion) {
    asio::post(state->strand(),
               [state, partition = std::move(partition), completion = std::move(completion)]() mutable {
                   state->position(partition, std::move(completion));
               });
}

void rejoin(const StreamConsumerPointer& state, std::unique_ptr<Completion<void>> completion) {
    asio::post(state->strand(),
               [state, completion = std::move(completion)]() mutable { state->rejoin(std::move(completion)); });
}

void close(const StreamConsumerPointer& state, std::unique_ptr<Completion<void>> completion) {
    asio::post(state->strand(),
               [state, completion = std::move(completion)]() mutable { state->close(std::move(completion)); });
}

}  // namespace detail

StreamConsumer::StreamConsumer(Client& client, StreamConsumerOptions options)
    : client_(&client),
      state_(std::make_shared<detail::StreamConsumerState>(client.session_, std::move(options))) {}

StreamConsumer::~StreamConsumer() {
    if (state_) asio::post(state_->strand(), [state = state_] { state->abandon(); });
}

void StreamConsumer::seek(StreamPartition partition, std::uint64_t offset) {
    asio::post(state_->strand(),
               [state = state_, partition = std::move(partition), offset] { state->seek(partition, offset); });
}

void StreamConsumer::pause(std::vector<StreamPartition> partitions) {
    asio::post(state_->strand(),
               [state = state_, partitions = std::move(partitions)] { state->set_paused(partitions, true); });
}

void StreamConsumer::resume(std::vector<StreamPartition> partitions) {
    asio::post(state_->strand(),
               [state = state_, partitions = std::move(partitions)] { state->set_paused(partitions, false); });
}

GroupName StreamConsumer::group() const {
    return state_->group();
}

CommitIdentity StreamConsumer::identity() const {
    return state_->identity();
}

std::vector<OffsetToCommit> offsets_after(const std::vector<ConsumedRecord>& records) {
    std::map<StreamPartition, std::uint64_t> ends;
    for (const auto& record : records) ends[{record.stream, record.partition}] = record.offset + 1;
    std::vector<OffsetToCommit> offsets;
    for (const auto& [partition, end] : ends) offsets.push_back({partition.stream, partition.partition, end});
    return offsets;
}

}  // namespace tern
