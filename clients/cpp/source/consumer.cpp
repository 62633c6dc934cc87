#include "tern/consumer.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "clients/cpp/source/consumer_state.hpp"
#include "clients/cpp/source/coroutines.hpp"

namespace tern {

namespace detail {

namespace asio = boost::asio;

namespace {

/// No later receive will go better.
bool hopeless(const Error& error) {
    if (error.is_connection_error()) {
        return error.code() == ConnectionErrc::closed || error.code() == ConnectionErrc::version_refused;
    }
    const auto status = error.status();
    return status != Status::overloaded && status != Status::over_in_flight_limit && status != Status::shutting_down &&
           status != Status::storage_full && status != Status::storage_damaged && status != Status::cancelled;
}

}  // namespace

ConsumerState::ConsumerState(std::shared_ptr<Session> session, QueueName queue, Consumer::Handler handler,
                             ConsumerOptions options)
    : session_(std::move(session)),
      strand_(asio::make_strand(session_->executor())),
      queue_(std::move(queue)),
      handler_(std::move(handler)),
      options_(std::move(options)),
      wake_(strand_, SteadyPoint::max()),
      extension_(strand_),
      delete_pause_(strand_),
      pause_(strand_) {
    options_.in_work_max = std::max<std::size_t>(options_.in_work_max, 1);
}

void ConsumerState::run(std::unique_ptr<Completion<void>> completion) {
    asio::post(strand_, [self = shared_from_this(), completion = std::move(completion)]() mutable {
        self->completion_ = std::move(completion);
        asio::co_spawn(self->strand_, self->work(self), rethrow);
    });
}

void ConsumerState::stop(StopMode mode) {
    asio::post(strand_, [self = shared_from_this(), mode] { self->stop_here(mode); });
}

ConsumerCounts ConsumerState::counts() const {
    return {received_, succeeded_, failed_, given_back_, in_work_};
}

asio::awaitable<void> ConsumerState::work(std::shared_ptr<ConsumerState> self) {
    co_await learn_visibility_timeout();
    extending_ = visibility_timeout_.count() > 0;
    if (extending_) asio::co_spawn(strand_, extend(self), rethrow);
    while (!stopping_) co_await receive_messages();
    while (!idle()) co_await wake_.async_wait(token);
    extending_ = false;
    extension_.cancel();
    // It must not outlive its call: it counts as work of the io_context that it completes on, which would never end.
    const auto completion = std::move(completion_);
    if (fatal_)
        completion->complete(*fatal_);
    else
        completion->complete({});
}

asio::awaitable<void> ConsumerState::learn_visibility_timeout() {
    while (!options_.visibility_timeout && !stopping_) {
        auto operation = describe_queue(session_->next_id(), queue_);
        request_ = operation.id;
        const auto described = co_await start(session_, std::move(operation), asio::use_awaitable);
        if (described.has_value()) {
            options_.visibility_timeout = described->settings.visibility_timeout.value_or(visibility_timeout_);
            break;
        }
        on_error(described.error());
        if (!stopping_) co_await pause_after_error();
    }
    visibility_timeout_ = options_.visibility_timeout.value_or(visibility_timeout_);
}

asio::awaitable<void> ConsumerState::receive_messages() {
    ReceiveOptions wanted;
    wanted.messages_max = messages_wanted();
    if (wanted.messages_max == 0) {
        co_await wake_.async_wait(token);
        co_return;
    }
    wanted.wait = options_.wait;
    wanted.visibility_timeout = options_.visibility_timeout;
    auto operation = receive(session_->next_id(), queue_, wanted);
    request_ = operation.id;
    auto outcome = co_await start(session_, std::move(operation), asio::use_awaitable);
    const bool failed = !outcome.has_value();
    on_received(std::move(outcome));
    if (failed && !stopping_) co_await pause_after_error();
}

asio::awaitable<void> ConsumerState::pause_after_error() {
    pause_.expires_after(pause_after_an_error);
    co_await pause_.async_wait(token);
}

std::uint32_t ConsumerState::messages_wanted() const {
    auto wanted = options_.in_work_max - std::min(options_.in_work_max, works_.size());
    if (options_.messages_max > 0) wanted = std::min<std::size_t>(wanted, options_.messages_max - received_);
    return static_cast<std::uint32_t>(std::min<std::size_t>(wanted, protocol::receive_messages_max));
}

void ConsumerState::on_received(Outcome<std::vector<ReceivedMessage>>&& outcome) {
    if (!outcome.has_value()) return on_error(outcome.error());
    if (stopping_) {
        // Came just before the cancellation.
        for (auto& message : *outcome) change_later(std::move(message.receipt_handle), {});
        given_back_ += outcome->size();
        return;
    }
    const bool nothing_left = outcome->empty() && works_.empty() && options_.stop_when_empty;
    for (auto& message : *outcome) begin(std::move(message));
    const bool enough = options_.messages_max > 0 && received_ >= options_.messages_max;
    if (nothing_left || enough) stop_here(StopMode::finish);
}

void ConsumerState::begin(ReceivedMessage&& message) {
    const auto number = ++works_begun_;
    auto& work = works_[number];
    work = std::make_unique<Work>();
    work->message = std::move(message);
    work->extended_at = std::chrono::steady_clock::now();
    ++received_;
    in_work_ = works_.size();
    auto done = [self = shared_from_this(), number](std::exception_ptr failure) { self->on_handled(number, failure); };
    // The handler gets a copy: the original is needed when it fails.
    asio::co_spawn(executor(), handler_(work->message),
                   asio::bind_cancellation_slot(work->cancel.slot(), asio::bind_executor(strand_, std::move(done))));
}

void ConsumerState::on_handled(WorkNumber number, std::exception_ptr failure) {
    const auto found = works_.find(number);
    const auto work = std::move(found->second);
    works_.erase(found);
    in_work_ = works_.size();
    if (!failure) {
        delete_later(std::move(work->message.receipt_handle));
    } else if (stopping_ == StopMode::give_back) {
        ++given_back_;
        change_later(std::move(work->message.receipt_handle), {});
    } else {
        ++failed_;
        if (options_.on_failure) options_.on_failure(work->message, failure);
        if (options_.retry_delay) change_later(std::move(work->message.receipt_handle), *options_.retry_delay);
    }
    wake();
}

void ConsumerState::stop_here(StopMode mode) {
    if (stopping_ == StopMode::give_back) return;
    stopping_ = mode;
    session_->cancel(request_);
    pause_.cancel();
    if (mode == StopMode::give_back) {
        for (const auto& [number, work] : works_) work->cancel.emit(asio::cancellation_type::terminal);
    }
    wake();
}

void ConsumerState::on_error(const Error& error) {
    const bool expected =
        stopping_ && (error.status() == Status::cancelled || error.code() == ConnectionErrc::cancelled);
    if (expected) return;
    if (options_.on_error) options_.on_error(error);
    if (!hopeless(error)) return;
    if (!fatal_) fatal_ = error;
    stop_here(StopMode::finish);
}

bool ConsumerState::idle() const {
    return works_.empty() && to_delete_.empty() && deleting_ == 0 && to_change_.empty() && changing_ == 0;
}

asio::any_io_executor executor_of(const ConsumerState& state) {
    return state.executor();
}

void run(const std::shared_ptr<ConsumerState>& state, std::unique_ptr<Completion<void>> completion) {
    state->run(std::move(completion));
}

namespace {

asio::awaitable<void> call(const std::function<void(const ReceivedMessage&)>& function,
                           const ReceivedMessage& message) {
    function(message);
    co_return;
}

asio::awaitable<void> call_on(asio::thread_pool& pool, std::function<void(const ReceivedMessage&)> function,
                              ReceivedMessage message) {
    auto on_pool = call(function, message);
    co_await asio::co_spawn(pool.get_executor(), std::move(on_pool), asio::use_awaitable);
}

}  // namespace

}  // namespace detail

Consumer::Consumer(Client& client, QueueName queue, Handler handler, ConsumerOptions options)
    : state_(std::make_shared<detail::ConsumerState>(client.session_, std::move(queue), std::move(handler),
                                                     std::move(options))) {}

Consumer::~Consumer() {
    if (state_) state_->stop(StopMode::give_back);
}

void Consumer::stop(StopMode mode) {
    state_->stop(mode);
}

ConsumerCounts Consumer::counts() const {
    return state_->counts();
}

Consumer::Handler on_thread_pool(boost::asio::thread_pool& pool, std::function<void(const ReceivedMessage&)> function) {
    return [&pool, function = std::move(function)](ReceivedMessage message) {
        return detail::call_on(pool, function, std::move(message));
    };
}

}  // namespace tern
