#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tern/broker_status.hpp"
#include "tern/client_options.hpp"
#include "tern/detail/group_walk.hpp"
#include "tern/detail/operations.hpp"
#include "tern/detail/request.hpp"
#include "tern/error.hpp"
#include "tern/group.hpp"
#include "tern/message.hpp"
#include "tern/move_task.hpp"
#include "tern/publication.hpp"
#include "tern/queue.hpp"
#include "tern/stream.hpp"
#include "tern/topic.hpp"
#include "tern/transaction_steps.hpp"

namespace tern {

/// An asynchronous client of one broker: one connection, many requests in flight on it, reconnecting on its own.
///
/// Every operation takes a completion token (use_awaitable, use_future, a callback, ...) and completes with an
/// Outcome. Nothing is written before the first operation; operations may be started from any thread. A cancelled
/// receive takes no message with it. Destroying or closing the client completes what is unanswered with
/// ConnectionErrc::closed.
class Client {
public:
    using executor_type = boost::asio::any_io_executor;

    Client(const executor_type& executor, ClientOptions options);
    Client(Client&&) noexcept = default;
    Client& operator=(Client&&) noexcept;
    ~Client();

    executor_type get_executor() const;
    /// Fails what is unanswered and all that follows.
    void close();

    // ---- messages

    /// Stores one message. Sender gathers many single sends into batches under load.
    template <class Token>
    auto send(const QueueName& queue, const NewMessage& message, Token&& token) {
        return start(detail::send(next_id(), queue, message), std::forward<Token>(token));
    }
    /// Stores 1 to 1,000 messages, each with a result of its own; those accepted are stored in one commit.
    template <class Token>
    auto send_batch(const QueueName& queue, const std::vector<NewMessage>& messages, Token&& token) {
        return start(detail::send_batch(next_id(), queue, messages), std::forward<Token>(token));
    }
    /// Up to 10 messages; none when nothing came within the wait. Cancellable.
    template <class Token>
    auto receive(const QueueName& queue, const ReceiveOptions& options, Token&& token) {
        return start(detail::receive(next_id(), queue, options), std::forward<Token>(token));
    }
    template <class Token>
    auto delete_message(const QueueName& queue, const std::string& receipt_handle, Token&& token) {
        return start(detail::delete_message(next_id(), queue, receipt_handle), std::forward<Token>(token));
    }
    template <class Token>
    auto delete_batch(const QueueName& queue, const std::vector<std::string>& receipt_handles, Token&& token) {
        return start(detail::delete_batch(next_id(), queue, receipt_handles), std::forward<Token>(token));
    }
    template <class Token>
    auto change_visibility(const QueueName& queue, const VisibilityChange& change, Token&& token) {
        return start(detail::change_visibility(next_id(), queue, change), std::forward<Token>(token));
    }
    template <class Token>
    auto change_visibility_batch(const QueueName& queue, const std::vector<VisibilityChange>& changes, Token&& token) {
        return start(detail::change_visibility_batch(next_id(), queue, changes), std::forward<Token>(token));
    }
    /// Looks at messages without receiving them.
    template <class Token>
    auto peek(const QueueName& queue, const PeekOptions& options, Token&& token) {
        return start(detail::peek(next_id(), queue, options), std::forward<Token>(token));
    }

    // ---- queues

    /// Creating a queue that exists with the same settings succeeds.
    template <class Token>
    auto create_queue(const QueueName& queue, const QueueSettings& settings, const std::vector<Tag>& tags,
                      Token&& token) {
        return start(detail::create_queue(next_id(), queue, settings, tags), std::forward<Token>(token));
    }
    template <class Token>
    auto set_queue(const QueueName& queue, const QueueSettings& settings, Token&& token) {
        return start(detail::set_queue(next_id(), queue, settings), std::forward<Token>(token));
    }
    template <class Token>
    auto describe_queue(const QueueName& queue, Token&& token) {
        return start(detail::describe_queue(next_id(), queue), std::forward<Token>(token));
    }
    template <class Token>
    auto list_queues(const ListOptions& options, Token&& token) {
        return start(detail::list_queues(next_id(), options), std::forward<Token>(token));
    }
    template <class Token>
    auto list_dead_letter_sources(const QueueName& queue, const PageOptions& options, Token&& token) {
        return start(detail::list_dead_letter_sources(next_id(), queue, options), std::forward<Token>(token));
    }
    template <class Token>
    auto tag_queue(const QueueName& queue, const std::vector<Tag>& tags, Token&& token) {
        return start(detail::tag_queue(next_id(), queue, tags), std::forward<Token>(token));
    }
    template <class Token>
    auto untag_queue(const QueueName& queue, const std::vector<std::string>& keys, Token&& token) {
        return start(detail::untag_queue(next_id(), queue, keys), std::forward<Token>(token));
    }
    /// Removes all messages; in constant time.
    template <class Token>
    auto purge_queue(const QueueName& queue, Token&& token) {
        return start(detail::purge_queue(next_id(), queue), std::forward<Token>(token));
    }
    template <class Token>
    auto delete_queue(const QueueName& queue, Token&& token) {
        return start(detail::delete_queue(next_id(), queue), std::forward<Token>(token));
    }

    // ---- move tasks

    /// Moves the messages of a dead-letter queue, in the background.
    template <class Token>
    auto start_move(const QueueName& source, const MoveOptions& options, Token&& token) {
        return start(detail::start_move(next_id(), source, options), std::forward<Token>(token));
    }
    template <class Token>
    auto cancel_move(const std::string& task, Token&& token) {
        return start(detail::cancel_move(next_id(), task), std::forward<Token>(token));
    }
    /// Up to 10 tasks, newest first.
    template <class Token>
    auto list_moves(const QueueName& source, std::uint32_t entries_max, Token&& token) {
        return start(detail::list_moves(next_id(), source, entries_max), std::forward<Token>(token));
    }

    // ---- streams

    /// Creating a stream that exists with the same settings succeeds.
    template <class Token>
    auto create_stream(const StreamName& stream, const StreamSettings& settings, Token&& token) {
        return start(detail::create_stream(next_id(), stream, settings), std::forward<Token>(token));
    }
    template <class Token>
    auto set_stream(const StreamName& stream, const StreamSettings& settings, Token&& token) {
        return start(detail::set_stream(next_id(), stream, settings), std::forward<Token>(token));
    }
    template <class Token>
    auto delete_stream(const StreamName& stream, Token&& token) {
        return start(detail::delete_stream(next_id(), stream), std::forward<Token>(token));
    }
    template <class Token>
    auto list_streams(const ListOptions& options, Token&& token) {
        return start(detail::list_streams(next_id(), options), std::forward<Token>(token));
    }
    template <class Token>
    auto describe_stream(const StreamName& stream, Token&& token) {
        return start(detail::describe_stream(next_id(), stream), std::forward<Token>(token));
    }
    /// Removes the records below an offset.
    template <class Token>
    auto truncate_stream(const StreamName& stream, std::uint32_t partition, std::uint64_t before, Token&& token) {
        return start(detail::truncate_stream(next_id(), stream, partition, before), std::forward<Token>(token));
    }
    /// Appends whole record batches, each with a result of its own. Producer gathers single records into batches. When
    /// the connection is lost, it is sent again if every batch has a producer's stamp or an expected offset: then
    /// nothing is stored twice. (expected_offset_differs may then be the answer to what was stored the first time.)
    template <class Token>
    auto append(const StreamName& stream, const std::vector<BatchToAppend>& batches, Token&& token) {
        return start(detail::append(next_id(), stream, batches), std::forward<Token>(token));
    }
    /// Whole record batches from one or more positions. StreamConsumer reads records. Cancellable.
    template <class Token>
    auto fetch(const std::vector<FetchPosition>& positions, const FetchOptions& options, Token&& token) {
        return start(detail::fetch(next_id(), positions, options), std::forward<Token>(token));
    }
    /// No partitions: all of them.
    template <class Token>
    auto find_offsets(const StreamName& stream, const std::vector<std::uint32_t>& partitions,
                      const StreamPosition& position, Token&& token) {
        return start(detail::find_offsets(next_id(), stream, partitions, position), std::forward<Token>(token));
    }
    template <class Token>
    auto allocate_producer(Token&& token) {
        return start(detail::allocate_producer(next_id()), std::forward<Token>(token));
    }

    // ---- consumer groups

    template <class Token>
    auto join_group(const GroupName& group, const JoinOptions& options, Token&& token) {
        return start(detail::join_group(next_id(), group, options), std::forward<Token>(token));
    }
    /// Cancellable.
    template <class Token>
    auto heartbeat(const GroupName& group, const HeartbeatOptions& options, Token&& token) {
        return start(detail::heartbeat(next_id(), group, options), std::forward<Token>(token));
    }
    template <class Token>
    auto leave_group(const GroupName& group, const std::string& member, Token&& token) {
        return start(detail::leave_group(next_id(), group, member), std::forward<Token>(token));
    }
    /// Without a member in the identity: only while the group has none.
    template <class Token>
    auto commit_offsets(const GroupName& group, const CommitIdentity& identity,
                        const std::vector<OffsetToCommit>& offsets, Token&& token) {
        return start(detail::commit_offsets(next_id(), group, identity, offsets), std::forward<Token>(token));
    }
    /// No partitions: all that the group has committed, by stream, in as many requests as it takes.
    template <class Token>
    auto fetch_offsets(const GroupName& group, const std::vector<PartitionSet>& partitions, Token&& token) {
        return detail::start_fetching_offsets(session_, group, partitions, std::forward<Token>(token));
    }
    template <class Token>
    auto delete_group(const GroupName& group, Token&& token) {
        return start(detail::delete_group(next_id(), group), std::forward<Token>(token));
    }
    template <class Token>
    auto list_groups(const ListOptions& options, Token&& token) {
        return start(detail::list_groups(next_id(), options), std::forward<Token>(token));
    }
    /// In as many requests as it takes: what changes meanwhile is told as it is then.
    template <class Token>
    auto describe_group(const GroupName& group, Token&& token) {
        return detail::start_describing(session_, group, std::forward<Token>(token));
    }

    // ---- topics

    /// Publishes one publication. When the connection is lost it is sent again, and published once
    /// (PublishOptions::repeatable).
    template <class Token>
    auto publish(const NewPublication& publication, const PublishOptions& options, Token&& token) {
        return start(detail::publish(next_id(), publication, options), std::forward<Token>(token));
    }
    /// Publishes 1 to 1,000 publications of one topic, each with a result of its own; those accepted are published
    /// together.
    template <class Token>
    auto publish_batch(const std::vector<NewPublication>& publications, const PublishOptions& options, Token&& token) {
        return start(detail::publish_batch(next_id(), publications, options), std::forward<Token>(token));
    }
    /// What a topic keeps of the subjects that a pattern names. Subscriber tells what comes.
    template <class Token>
    auto read_history(const std::string& pattern, const HistoryOptions& options, Token&& token) {
        return start(detail::read_history(next_id(), pattern, options), std::forward<Token>(token));
    }
    /// Creating a topic that exists with the same settings succeeds.
    template <class Token>
    auto create_topic(const TopicName& topic, const TopicSettings& settings, const std::vector<Tag>& tags,
                      Token&& token) {
        return start(detail::create_topic(next_id(), topic, settings, tags), std::forward<Token>(token));
    }
    template <class Token>
    auto set_topic(const TopicName& topic, const TopicSettings& settings, Token&& token) {
        return start(detail::set_topic(next_id(), topic, settings), std::forward<Token>(token));
    }
    /// With its history and its subscriptions.
    template <class Token>
    auto delete_topic(const TopicName& topic, Token&& token) {
        return start(detail::delete_topic(next_id(), topic), std::forward<Token>(token));
    }
    template <class Token>
    auto list_topics(const ListOptions& options, Token&& token) {
        return start(detail::list_topics(next_id(), options), std::forward<Token>(token));
    }
    template <class Token>
    auto describe_topic(const TopicName& topic, Token&& token) {
        return start(detail::describe_topic(next_id(), topic), std::forward<Token>(token));
    }
    /// Who is on a topic.
    template <class Token>
    auto describe_presence(const TopicName& topic, std::uint32_t members_max, Token&& token) {
        return start(detail::describe_presence(next_id(), topic, members_max), std::forward<Token>(token));
    }
    /// Sends what is published into a queue. One that is there with the same settings is fine.
    template <class Token>
    auto add_subscription(const TopicName& topic, const std::string& queue, const SubscriptionSettings& settings,
                          Token&& token) {
        return start(detail::add_subscription(next_id(), topic, queue, settings), std::forward<Token>(token));
    }
    template <class Token>
    auto set_subscription(const TopicName& topic, const std::string& subscription, const SubscriptionSettings& settings,
                          Token&& token) {
        return start(detail::set_subscription(next_id(), topic, subscription, settings), std::forward<Token>(token));
    }
    /// Of a durable one with all that waits in it.
    template <class Token>
    auto remove_subscription(const TopicName& topic, const std::string& subscription, Token&& token) {
        return start(detail::remove_subscription(next_id(), topic, subscription), std::forward<Token>(token));
    }
    template <class Token>
    auto list_subscriptions(const TopicName& topic, const PageOptions& options, Token&& token) {
        return start(detail::list_subscriptions(next_id(), topic, options), std::forward<Token>(token));
    }

    // ---- several things or none

    /// Executes all steps, or none of them. Transaction gathers them.
    template <class Token>
    auto transact(const TransactionSteps& steps, Token&& token) {
        return start(detail::transact(next_id(), steps), std::forward<Token>(token));
    }

    // ---- the broker

    template <class Token>
    auto broker_status(Token&& token) {
        return start(detail::broker_status(next_id()), std::forward<Token>(token));
    }
    /// Copies a consistent snapshot into a new folder on the broker's machine. `path` is absolute.
    template <class Token>
    auto backup(const std::string& path, Token&& token) {
        return start(detail::backup(next_id(), path), std::forward<Token>(token));
    }

private:
    friend class Sender;
    friend class Consumer;
    friend class Producer;
    friend class StreamConsumer;
    friend class Subscriber;
    friend class BlockingClient;

    std::uint64_t next_id();

    template <class T, class Token>
    auto start(detail::Operation<T> operation, Token&& token) {
        return detail::start(session_, std::move(operation), std::forward<Token>(token));
    }

    std::shared_ptr<detail::Session> session_;
};

}  // namespace tern
