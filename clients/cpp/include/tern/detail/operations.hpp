#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tern/broker_status.hpp"
#include "tern/error.hpp"
#include "tern/message.hpp"
#include "tern/move_task.hpp"
#include "tern/queue.hpp"

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

Operation<BrokerStatus> broker_status(Id id);
Operation<BackupDone> backup(Id id, const std::string& path);

}  // namespace tern::detail
