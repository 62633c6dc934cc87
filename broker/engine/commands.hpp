#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_groups.hpp"
#include "broker/engine/commands_of_streams.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/queue_name.hpp"
#include "broker/engine/queue_settings.hpp"

/// What the engine can be told to do. A command is made by a front end and executed by the commit thread. Views in it
/// point into the frame it was parsed from, which travels with it (runtime/broker.hpp).
namespace tern::engine {

/// Who asked: enough to find the way back, and nothing that could dangle when the session is gone.
struct Ticket {
    std::uint32_t io_thread = 0;
    std::uint64_t session = 0;
    std::uint64_t request = 0;

    bool operator==(const Ticket&) const = default;
};

struct MessageAttribute {
    BytesView name;
    BytesView type;
    BytesView value;
};

struct NewMessage {
    BytesView body{};
    std::vector<MessageAttribute> attributes{};
    std::optional<Milliseconds> delay{};
    BytesView group_id{};
    std::optional<BytesView> deduplication_id{};
    BytesView trace_header{};
    BytesView sender_id{};
};

struct CreateQueue {
    QueueName queue;
    QueueSettingsChange settings;
    std::vector<QueueTag> tags;
};
struct DeleteQueue {
    QueueName queue;
};
struct SetQueue {
    QueueName queue;
    QueueSettingsChange settings;
};
struct TagQueue {
    QueueName queue;
    std::vector<QueueTag> tags;
};
struct UntagQueue {
    QueueName queue;
    std::vector<std::string> keys;
};
struct PurgeQueue {
    QueueName queue;
};
struct SendMessages {
    QueueName queue;
    std::vector<NewMessage> messages;
};
struct ReceiveMessages {
    QueueName queue;
    std::int64_t messages_max = 1;
    std::optional<Milliseconds> visibility_timeout;
    std::optional<Milliseconds> wait;
    std::string attempt_id;
};
struct DeleteMessages {
    QueueName queue;
    std::vector<BytesView> receipt_handles;
};
struct VisibilityChange {
    BytesView receipt_handle;
    Milliseconds visibility_timeout{};
};
struct ChangeVisibility {
    QueueName queue;
    std::vector<VisibilityChange> changes;
};
/// Messages whose receiver was gone before it could be told: visible at once, and this receive is not counted.
/// Made by the runtime, answered to nobody.
struct GiveBackMessages {
    std::vector<std::string> receipt_handles;
};
struct StartMove {
    QueueName source;
    std::optional<QueueName> destination;
    std::optional<std::int64_t> messages_per_second_max;
};
struct CancelMove {
    std::string task;
};
/// Ends a parked receive of the same session: it is answered with the status cancelled. Itself answered to nobody.
struct CancelWait {
    std::uint64_t request = 0;
};
/// The session is gone: forgets all that it was waiting for. Answered to nobody.
struct EndSession {};

/// Several commands or none (transact.hpp).
struct Transact {
    std::vector<DeleteMessages> deletes;
    std::vector<SendMessages> sends;
    std::vector<Append> appends;
    std::vector<CommitOffsets> commits;
};

using Command = std::variant<CreateQueue, DeleteQueue, SetQueue, TagQueue, UntagQueue, PurgeQueue, SendMessages,
                             ReceiveMessages, DeleteMessages, ChangeVisibility, GiveBackMessages, StartMove, CancelMove,
                             CancelWait, EndSession, CreateStream, SetStream, DeleteStream, TruncateStream, Append,
                             AllocateProducer, JoinGroup, Heartbeat, LeaveGroup, CommitOffsets, DeleteGroup, Transact,
                             CreateTopic, SetTopic, DeleteTopic, Publish, AddSubscription, SetSubscription,
                             RemoveSubscription, OpenDurable, EnsureTopic, AddEndpoint, ConfirmEndpoint>;

/// True for commands that need new space on disk: they are refused when space is low.
bool grows(const Command& command);

}  // namespace tern::engine
