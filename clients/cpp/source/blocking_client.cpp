#include "tern/blocking_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "tern/client.hpp"

namespace tern {

struct BlockingClient::State {
    explicit State(ClientOptions options)
        : work(context.get_executor()),
          client(context.get_executor(), std::move(options)),
          thread([this] { context.run(); }) {}
    ~State() {
        client.close();
        work.reset();
        thread.join();
    }

    /// Starts an operation and waits for its outcome.
    template <class T>
    T wait(detail::Operation<T>&& operation) {
        struct Waiter {
            std::mutex mutex;
            std::condition_variable ready;
            std::optional<Outcome<T>> outcome;
        } waiter;
        detail::start(client.session_, std::move(operation), [&waiter](Outcome<T> outcome) {
            // Notified under the lock: the waiter is gone as soon as it can see the outcome.
            const std::lock_guard lock(waiter.mutex);
            waiter.outcome.emplace(std::move(outcome));
            waiter.ready.notify_one();
        });
        std::unique_lock lock(waiter.mutex);
        waiter.ready.wait(lock, [&waiter] { return waiter.outcome.has_value(); });
        return std::move(*waiter.outcome).value();
    }
    std::uint64_t id() { return client.next_id(); }

    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
    Client client;
    std::thread thread;
};

BlockingClient::BlockingClient(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
BlockingClient::BlockingClient(BlockingClient&&) noexcept = default;
BlockingClient& BlockingClient::operator=(BlockingClient&&) noexcept = default;
BlockingClient::~BlockingClient() = default;

Sent BlockingClient::send(const QueueName& queue, const NewMessage& message) {
    return state_->wait(detail::send(state_->id(), queue, message));
}
std::vector<SendResult> BlockingClient::send_batch(const QueueName& queue, const std::vector<NewMessage>& messages) {
    return state_->wait(detail::send_batch(state_->id(), queue, messages));
}
std::vector<ReceivedMessage> BlockingClient::receive(const QueueName& queue, const ReceiveOptions& options) {
    return state_->wait(detail::receive(state_->id(), queue, options));
}
void BlockingClient::delete_message(const QueueName& queue, const std::string& receipt_handle) {
    state_->wait(detail::delete_message(state_->id(), queue, receipt_handle));
}
std::vector<EntryResult> BlockingClient::delete_batch(const QueueName& queue,
                                                      const std::vector<std::string>& receipt_handles) {
    return state_->wait(detail::delete_batch(state_->id(), queue, receipt_handles));
}
void BlockingClient::change_visibility(const QueueName& queue, const VisibilityChange& change) {
    state_->wait(detail::change_visibility(state_->id(), queue, change));
}
std::vector<EntryResult> BlockingClient::change_visibility_batch(const QueueName& queue,
                                                                 const std::vector<VisibilityChange>& changes) {
    return state_->wait(detail::change_visibility_batch(state_->id(), queue, changes));
}
std::vector<ReceivedMessage> BlockingClient::peek(const QueueName& queue, const PeekOptions& options) {
    return state_->wait(detail::peek(state_->id(), queue, options));
}
CreatedQueue BlockingClient::create_queue(const QueueName& queue, const QueueSettings& settings,
                                          const std::vector<Tag>& tags) {
    return state_->wait(detail::create_queue(state_->id(), queue, settings, tags));
}
void BlockingClient::set_queue(const QueueName& queue, const QueueSettings& settings) {
    state_->wait(detail::set_queue(state_->id(), queue, settings));
}
QueueDescription BlockingClient::describe_queue(const QueueName& queue) {
    return state_->wait(detail::describe_queue(state_->id(), queue));
}
QueuePage BlockingClient::list_queues(const ListOptions& options) {
    return state_->wait(detail::list_queues(state_->id(), options));
}
NamePage BlockingClient::list_dead_letter_sources(const QueueName& queue, const PageOptions& options) {
    return state_->wait(detail::list_dead_letter_sources(state_->id(), queue, options));
}
void BlockingClient::tag_queue(const QueueName& queue, const std::vector<Tag>& tags) {
    state_->wait(detail::tag_queue(state_->id(), queue, tags));
}
void BlockingClient::untag_queue(const QueueName& queue, const std::vector<std::string>& keys) {
    state_->wait(detail::untag_queue(state_->id(), queue, keys));
}
void BlockingClient::purge_queue(const QueueName& queue) {
    state_->wait(detail::purge_queue(state_->id(), queue));
}
void BlockingClient::delete_queue(const QueueName& queue) {
    state_->wait(detail::delete_queue(state_->id(), queue));
}
MoveStarted BlockingClient::start_move(const QueueName& source, const MoveOptions& options) {
    return state_->wait(detail::start_move(state_->id(), source, options));
}
MoveCancelled BlockingClient::cancel_move(const std::string& task) {
    return state_->wait(detail::cancel_move(state_->id(), task));
}
std::vector<MoveTask> BlockingClient::list_moves(const QueueName& source, std::uint32_t entries_max) {
    return state_->wait(detail::list_moves(state_->id(), source, entries_max));
}
BrokerStatus BlockingClient::broker_status() {
    return state_->wait(detail::broker_status(state_->id()));
}
BackupDone BlockingClient::backup(const std::string& path) {
    return state_->wait(detail::backup(state_->id(), path));
}

Client& BlockingClient::asynchronous() {
    return state_->client;
}
void BlockingClient::close() {
    state_->client.close();
}

}  // namespace tern
