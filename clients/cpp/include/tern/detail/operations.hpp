#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tern/broker_status.hpp"
#include "tern/error.hpp"
#include "tern/group.hpp"
#include "tern/message.hpp"
#include "tern/move_task.hpp"
#include "tern/publication.hpp"
#include "tern/queue.hpp"
#include "tern/stream.hpp"
#include "tern/subscribing.hpp"
#include "tern/topic.hpp"
#include "tern/transaction_steps.hpp"

/// Each operation of the protocol as bytes to write and a function that reads the answer. Not for use by applications.
namespace tern::detail {

/// A request that is ready to be written, and how to read what comes back.
template <class T>
struct Operation {
    std::uint64_t id = 0;
    /// The whole frame, with its length in front.
    std::string frame;
    /// Reads a verified reply frame (without its length).
    Outcome<T> (*read)(std::string_view reply) = nullptr;
    /// It may be written again when it is not known whether it was executed.
    bool idempotent = false;
    /// How long the broker may wait before it answers, on top of the work itself.
    std::chrono::milliseconds wait{0};
};

using Id = std::uint64_t;

Operation<Sent> send(Id id, const QueueName& queue, const NewMessage& message);
Operation<std::vector<SendResult>> send_batch(Id id, const QueueName& queue, const std::vector<NewMessage>& messages);
Operation<std::vector<ReceivedMessage>> receive(Id id, const QueueName& queue, const ReceiveOptions& options);
Operation<void> delete_message(Id id, const QueueName& queue, const std::string& receipt_handle);
Operation<std::vector<EntryResult>> delete_batch(Id id, const QueueName& queue,
                                                 const std::vector<std::string>& receipt_handles);
Operation<void> change_visibility(Id id, const QueueName& queue, const VisibilityChange& change);
Operation<std::vector<EntryResult>> change_visibility_batch(Id id, const QueueName& queue,
                                                            const std::vector<VisibilityChange>& changes);
Operation<std::vector<ReceivedMessage>> peek(Id id, const QueueName& queue, const PeekOptions& options);

Operation<CreatedQueue> create_queue(Id id, const QueueName& queue, const QueueSettings& settings,
                                     const std::vector<Tag>& tags);
Operation<void> set_queue(Id id, const QueueName& queue, const QueueSettings& settings);
Operation<QueueDescription> describe_queue(Id id, const QueueName& queue);
Operation<QueuePage> list_queues(Id id, const ListOptions& options);
Operation<NamePage> list_dead_letter_sources(Id id, const QueueName& queue, const PageOptions& options);
Operation<void> tag_queue(Id id, const QueueName& queue, const std::vector<Tag>& tags);
Operation<void> untag_queue(Id id, const QueueName& queue, const std::vector<std::string>& keys);
Operation<void> purge_queue(Id id, const QueueName& queue);
Operation<void> delete_queue(Id id, const QueueName& queue);

Operation<MoveStarted> start_move(Id id, const QueueName& source, const MoveOptions& options);
Operation<MoveCancelled> cancel_move(Id id, const std::string& task);
Operation<std::vector<MoveTask>> list_moves(Id id, const QueueName& source, std::uint32_t entries_max);

Operation<CreatedStream> create_stream(Id id, const StreamName& stream, const StreamSettings& settings);
Operation<void> set_stream(Id id, const StreamName& stream, const StreamSettings& settings);
Operation<void> delete_stream(Id id, const StreamName& stream);
Operation<StreamPage> list_streams(Id id, const ListOptions& options);
Operation<StreamDescription> describe_stream(Id id, const StreamName& stream);
Operation<void> truncate_stream(Id id, const StreamName& stream, std::uint32_t partition, std::uint64_t before);
Operation<std::vector<AppendResult>> append(Id id, const StreamName& stream, const std::vector<BatchToAppend>& batches);
Operation<std::vector<FetchedPartition>> fetch(Id id, const std::vector<FetchPosition>& positions,
                                               const FetchOptions& options);
Operation<std::vector<FoundOffset>> find_offsets(Id id, const StreamName& stream,
                                                 const std::vector<std::uint32_t>& partitions,
                                                 const StreamPosition& position);
Operation<AllocatedProducer> allocate_producer(Id id);

Operation<GroupAssignment> join_group(Id id, const GroupName& group, const JoinOptions& options);
Operation<GroupAssignment> heartbeat(Id id, const GroupName& group, const HeartbeatOptions& options);
Operation<void> leave_group(Id id, const GroupName& group, const std::string& member);
Operation<std::vector<EntryResult>> commit_offsets(Id id, const GroupName& group, const CommitIdentity& identity,
                                                   const std::vector<OffsetToCommit>& offsets);
Operation<std::vector<CommittedOffset>> fetch_offsets(Id id, const GroupName& group,
                                                      const std::vector<PartitionSet>& partitions);
/// One page, with the token of the next; for partitions that are named, all as one.
struct OffsetPage {
    std::vector<CommittedOffset> offsets;
    std::string next_page_token;
};
Operation<OffsetPage> fetch_offsets_page(Id id, const GroupName& group, const PageOptions& page);
Operation<OffsetPage> fetch_named_offsets(Id id, const GroupName& group, const std::vector<PartitionSet>& partitions);
Operation<void> delete_group(Id id, const GroupName& group);
Operation<GroupPage> list_groups(Id id, const ListOptions& options);
Operation<GroupDescription> describe_group(Id id, const GroupName& group);
struct DescriptionPage {
    GroupDescription part;
    std::string next_page_token;
};
Operation<DescriptionPage> describe_group_page(Id id, const GroupName& group, const PageOptions& page);

Operation<CreatedTopic> create_topic(Id id, const TopicName& topic, const TopicSettings& settings,
                                     const std::vector<Tag>& tags);
Operation<void> set_topic(Id id, const TopicName& topic, const TopicSettings& settings);
Operation<void> delete_topic(Id id, const TopicName& topic);
Operation<TopicPage> list_topics(Id id, const ListOptions& options);
Operation<TopicDescription> describe_topic(Id id, const TopicName& topic);
Operation<Published> publish(Id id, const NewPublication& publication, const PublishOptions& options);
Operation<PublishResults> publish_batch(Id id, const std::vector<NewPublication>& publications,
                                        const PublishOptions& options);
Operation<History> read_history(Id id, const std::string& pattern, const HistoryOptions& options);
Operation<Presence> describe_presence(Id id, const TopicName& topic, std::uint32_t members_max);
Operation<SubscriptionAdded> add_subscription(Id id, const TopicName& topic, const std::string& queue,
                                              const SubscriptionSettings& settings);
Operation<void> set_subscription(Id id, const TopicName& topic, const std::string& subscription,
                                 const SubscriptionSettings& settings);
Operation<void> remove_subscription(Id id, const TopicName& topic, const std::string& subscription);
Operation<SubscriptionPage> list_subscriptions(Id id, const TopicName& topic, const PageOptions& options);

/// The answers to the last three are of the subscription with this id: they are worth nothing on another connection.
Operation<Subscribed> subscribe(Id id, const SubscriberOptions& options, const HistoryStart& from);
Operation<void> unsubscribe(Id id, Id subscription);
Operation<std::vector<EntryResult>> acknowledge(Id id, Id subscription, const std::vector<std::string>& handles);
Operation<std::vector<EntryResult>> reject(Id id, Id subscription, const std::vector<std::string>& handles,
                                           std::chrono::milliseconds delay);
Operation<void> set_presence(Id id, Id subscription, const std::string& state);

Operation<TransactionResults> transact(Id id, const TransactionSteps& steps);

Operation<BrokerStatus> broker_status(Id id);
Operation<BackupDone> backup(Id id, const std::string& path);

}  // namespace tern::detail
