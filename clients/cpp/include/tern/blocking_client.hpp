#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tern/broker_status.hpp"
#include "tern/client_options.hpp"
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

class Client;

/// The same operations as Client's, each waiting for its answer. May be used by many threads at once: their requests
/// share one connection. A thread of its own does the work.
/// Errors: every operation throws Error.
class BlockingClient {
public:
    explicit BlockingClient(ClientOptions options = {});
    BlockingClient(BlockingClient&&) noexcept;
    BlockingClient& operator=(BlockingClient&&) noexcept;
    /// Fails what other threads still wait for.
    ~BlockingClient();

    Sent send(const QueueName& queue, const NewMessage& message);
    /// 1 to 1,000 messages; a refused entry does not throw but tells so in its result.
    std::vector<SendResult> send_batch(const QueueName& queue, const std::vector<NewMessage>& messages);
    std::vector<ReceivedMessage> receive(const QueueName& queue, const ReceiveOptions& options = {});
    void delete_message(const QueueName& queue, const std::string& receipt_handle);
    std::vector<EntryResult> delete_batch(const QueueName& queue, const std::vector<std::string>& receipt_handles);
    void change_visibility(const QueueName& queue, const VisibilityChange& change);
    std::vector<EntryResult> change_visibility_batch(const QueueName& queue,
                                                     const std::vector<VisibilityChange>& changes);
    std::vector<ReceivedMessage> peek(const QueueName& queue, const PeekOptions& options = {});

    CreatedQueue create_queue(const QueueName& queue, const QueueSettings& settings = {},
                              const std::vector<Tag>& tags = {});
    void set_queue(const QueueName& queue, const QueueSettings& settings);
    QueueDescription describe_queue(const QueueName& queue);
    QueuePage list_queues(const ListOptions& options = {});
    NamePage list_dead_letter_sources(const QueueName& queue, const PageOptions& options = {});
    void tag_queue(const QueueName& queue, const std::vector<Tag>& tags);
    void untag_queue(const QueueName& queue, const std::vector<std::string>& keys);
    void purge_queue(const QueueName& queue);
    void delete_queue(const QueueName& queue);

    MoveStarted start_move(const QueueName& source, const MoveOptions& options = {});
    MoveCancelled cancel_move(const std::string& task);
    std::vector<MoveTask> list_moves(const QueueName& source, std::uint32_t entries_max = 10);

    CreatedStream create_stream(const StreamName& stream, const StreamSettings& settings = {});
    void set_stream(const StreamName& stream, const StreamSettings& settings);
    void delete_stream(const StreamName& stream);
    StreamPage list_streams(const ListOptions& options = {});
    StreamDescription describe_stream(const StreamName& stream);
    void truncate_stream(const StreamName& stream, std::uint32_t partition, std::uint64_t before);
    /// A refused batch does not throw but tells so in its result.
    std::vector<AppendResult> append(const StreamName& stream, const std::vector<BatchToAppend>& batches);
    std::vector<FetchedPartition> fetch(const std::vector<FetchPosition>& positions, const FetchOptions& options = {});
    std::vector<FoundOffset> find_offsets(const StreamName& stream, const std::vector<std::uint32_t>& partitions = {},
                                          const StreamPosition& position = {});
    AllocatedProducer allocate_producer();

    GroupAssignment join_group(const GroupName& group, const JoinOptions& options);
    GroupAssignment heartbeat(const GroupName& group, const HeartbeatOptions& options);
    void leave_group(const GroupName& group, const std::string& member);
    std::vector<EntryResult> commit_offsets(const GroupName& group, const CommitIdentity& identity,
                                            const std::vector<OffsetToCommit>& offsets);
    std::vector<CommittedOffset> fetch_offsets(const GroupName& group,
                                               const std::vector<PartitionSet>& partitions = {});
    void delete_group(const GroupName& group);
    GroupPage list_groups(const ListOptions& options = {});
    GroupDescription describe_group(const GroupName& group);

    Published publish(const NewPublication& publication, const PublishOptions& options = {});
    /// A refused publication does not throw but tells so in its result.
    PublishResults publish_batch(const std::vector<NewPublication>& publications, const PublishOptions& options = {});
    History read_history(const std::string& pattern, const HistoryOptions& options = {});
    CreatedTopic create_topic(const TopicName& topic, const TopicSettings& settings = {},
                              const std::vector<Tag>& tags = {});
    void set_topic(const TopicName& topic, const TopicSettings& settings);
    void delete_topic(const TopicName& topic);
    TopicPage list_topics(const ListOptions& options = {});
    TopicDescription describe_topic(const TopicName& topic);
    Presence describe_presence(const TopicName& topic, std::uint32_t members_max = 1000);
    SubscriptionAdded add_subscription(const TopicName& topic, const std::string& queue,
                                       const SubscriptionSettings& settings = {});
    void set_subscription(const TopicName& topic, const std::string& subscription,
                          const SubscriptionSettings& settings);
    void remove_subscription(const TopicName& topic, const std::string& subscription);
    SubscriptionPage list_subscriptions(const TopicName& topic, const PageOptions& options = {});

    /// All steps or none.
    TransactionResults transact(const TransactionSteps& steps);

    BrokerStatus broker_status();
    BackupDone backup(const std::string& path);

    /// The asynchronous client behind this one, for a Sender or a Consumer beside the blocking calls.
    Client& asynchronous();
    /// Fails what is waited for, with ConnectionErrc::closed, and all that follows; from any thread.
    void close();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tern
