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
        return outcome_of<T>([&](auto done) { detail::start(client.session_, std::move(operation), std::move(done)); });
    }
    /// `begin` begins what calls its argument with the outcome.
    template <class T>
    T outcome_of(auto begin) {
        struct Waiter {
            std::mutex mutex;
            std::condition_variable ready;
            std::optional<Outcome<T>> outcome;
        } waiter;
        begin([&waiter](Outcome<T> outcome) {
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
CreatedStream BlockingClient::create_stream(const StreamName& stream, const StreamSettings& settings) {
    return state_->wait(detail::create_stream(state_->id(), stream, settings));
}
void BlockingClient::set_stream(const StreamName& stream, const StreamSettings& settings) {
    state_->wait(detail::set_stream(state_->id(), stream, settings));
}
void BlockingClient::delete_stream(const StreamName& stream) {
    state_->wait(detail::delete_stream(state_->id(), stream));
}
StreamPage BlockingClient::list_streams(const ListOptions& options) {
    return state_->wait(detail::list_streams(state_->id(), options));
}
StreamDescription BlockingClient::describe_stream(const StreamName& stream) {
    return state_->wait(detail::describe_stream(state_->id(), stream));
}
void BlockingClient::truncate_stream(const StreamName& stream, std::uint32_t partition, std::uint64_t before) {
    state_->wait(detail::truncate_stream(state_->id(), stream, partition, before));
}
std::vector<AppendResult> BlockingClient::append(const StreamName& stream, const std::vector<BatchToAppend>& batches) {
    return state_->wait(detail::append(state_->id(), stream, batches));
}
std::vector<FetchedPartition> BlockingClient::fetch(const std::vector<FetchPosition>& positions,
                                                    const FetchOptions& options) {
    return state_->wait(detail::fetch(state_->id(), positions, options));
}
std::vector<FoundOffset> BlockingClient::find_offsets(const StreamName& stream,
                                                      const std::vector<std::uint32_t>& partitions,
                                                      const StreamPosition& position) {
    return state_->wait(detail::find_offsets(state_->id(), stream, partitions, position));
}
AllocatedProducer BlockingClient::allocate_producer() {
    return state_->wait(detail::allocate_producer(state_->id()));
}
GroupAssignment BlockingClient::join_group(const GroupName& group, const JoinOptions& options) {
    return state_->wait(detail::join_group(state_->id(), group, options));
}
GroupAssignment BlockingClient::heartbeat(const GroupName& group, const HeartbeatOptions& options) {
    return state_->wait(detail::heartbeat(state_->id(), group, options));
}
void BlockingClient::leave_group(const GroupName& group, const std::string& member) {
    state_->wait(detail::leave_group(state_->id(), group, member));
}
std::vector<EntryResult> BlockingClient::commit_offsets(const GroupName& group, const CommitIdentity& identity,
                                                        const std::vector<OffsetToCommit>& offsets) {
    return state_->wait(detail::commit_offsets(state_->id(), group, identity, offsets));
}
std::vector<CommittedOffset> BlockingClient::fetch_offsets(const GroupName& group,
                                                           const std::vector<PartitionSet>& partitions) {
    return state_->outcome_of<std::vector<CommittedOffset>>(
        [&](auto done) { state_->client.fetch_offsets(group, partitions, std::move(done)); });
}
void BlockingClient::delete_group(const GroupName& group) {
    state_->wait(detail::delete_group(state_->id(), group));
}
GroupPage BlockingClient::list_groups(const ListOptions& options) {
    return state_->wait(detail::list_groups(state_->id(), options));
}
GroupDescription BlockingClient::describe_group(const GroupName& group) {
    return state_->outcome_of<GroupDescription>(
        [&](auto done) { state_->client.describe_group(group, std::move(done)); });
}
Published BlockingClient::publish(const NewPublication& publication, const PublishOptions& options) {
    return state_->wait(detail::publish(state_->id(), publication, options));
}
PublishResults BlockingClient::publish_batch(const std::vector<NewPublication>& publications,
                                             const PublishOptions& options) {
    return state_->wait(detail::publish_batch(state_->id(), publications, options));
}
History BlockingClient::read_history(const std::string& pattern, const HistoryOptions& options) {
    return state_->wait(detail::read_history(state_->id(), pattern, options));
}
CreatedTopic BlockingClient::create_topic(const TopicName& topic, const TopicSettings& settings,
                                          const std::vector<Tag>& tags) {
    return state_->wait(detail::create_topic(state_->id(), topic, settings, tags));
}
void BlockingClient::set_topic(const TopicName& topic, const TopicSettings& settings) {
    state_->wait(detail::set_topic(state_->id(), topic, settings));
}
void BlockingClient::delete_topic(const TopicName& topic) {
    state_->wait(detail::delete_topic(state_->id(), topic));
}
TopicPage BlockingClient::list_topics(const ListOptions& options) {
    return state_->wait(detail::list_topics(state_->id(), options));
}
TopicDescription BlockingClient::describe_topic(const TopicName& topic) {
    return state_->wait(detail::describe_topic(state_->id(), topic));
}
Presence BlockingClient::describe_presence(const TopicName& topic, std::uint32_t members_max) {
    return state_->wait(detail::describe_presence(state_->id(), topic, members_max));
}
SubscriptionAdded BlockingClient::add_subscription(const TopicName& topic, const std::string& queue,
                                                   const SubscriptionSettings& settings) {
    return state_->wait(detail::add_subscription(state_->id(), topic, queue, settings));
}
void BlockingClient::set_subscription(const TopicName& topic, const std::string& subscription,
                                      const SubscriptionSettings& settings) {
    state_->wait(detail::set_subscription(state_->id(), topic, subscription, settings));
}
void BlockingClient::remove_subscription(const TopicName& topic, const std::string& subscription) {
    state_->wait(detail::remove_subscription(state_->id(), topic, subscription));
}
SubscriptionPage BlockingClient::list_subscriptions(const TopicName& topic, const PageOptions& options) {
    return state_->wait(detail::list_subscriptions(state_->id(), topic, options));
}
TransactionResults BlockingClient::transact(const TransactionSteps& steps) {
    return state_->wait(detail::transact(state_->id(), steps));
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
