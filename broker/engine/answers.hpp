#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands.hpp"

/// What the engine answers. Answers own their bytes: they outlive the transaction.
namespace tern::engine {

struct MessageId {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    bool operator==(const MessageId&) const = default;
};

struct Nothing {};
struct QueueCreated {
    bool created = false;
};
struct SendResult {
    Errc status = Errc::ok;
    MessageId id{};
    std::uint64_t sequence = 0;
};
struct SendResults {
    std::vector<SendResult> results;
};
/// A message as it is handed out. `record` is the stored message; message_record.hpp reads body and attributes from it.
struct ReceivedMessage {
    Bytes record;
    std::string receipt_handle;
    std::uint64_t sequence = 0;
    std::uint32_t receive_count = 0;
    Timestamp first_received_at;
    /// When it can be received (again); of interest to a peek.
    Timestamp available_at;
    std::string dead_letter_source;
};
struct Messages {
    std::vector<ReceivedMessage> messages;
};
/// One status an entry, in the order of the request.
struct EntryResults {
    std::vector<Errc> results;
};
struct MoveStarted {
    std::string task;
};
struct MoveCancelled {
    std::uint64_t moved = 0;
};

struct StreamCreated {
    bool created = false;
};
struct AppendResult {
    Errc status = Errc::ok;
    std::uint64_t base_offset = 0;
    Timestamp appended_at{};
    /// The producer had appended this batch before; base_offset is where.
    bool duplicate = false;
    /// Where the partition ends now; for expected_offset_differs where it ended all along.
    std::uint64_t end_offset = 0;
    /// NewBatch::fault_detail, when that was the reason.
    std::string_view detail{};
};
struct AppendResults {
    std::vector<AppendResult> results;
};
struct ProducerAllocated {
    std::int64_t id = 0;
    std::int16_t epoch = 0;
};
/// What a member of a consumer group may work on.
struct GroupAssignment {
    std::string member;
    std::uint32_t generation = 0;
    std::vector<PartitionSet> assigned;
    Milliseconds session_timeout{};
    /// All of its share is assigned to it; else more will follow when others have given it up.
    bool settled = true;
};
struct TransactionResults {
    std::vector<SendResults> sends;
    std::vector<AppendResults> appends;
};

struct TopicCreated {
    bool created = false;
};
struct PublishResult {
    Errc status = Errc::ok;
    /// Which field or limit, where the status' own sentence is not enough; lives as long as the program.
    std::string_view detail{};
    MessageId id{};
    /// Nothing: ephemeral, or refused.
    std::optional<std::uint64_t> offset{};
    /// FIFO topics only.
    std::uint64_t sequence = 0;
    bool duplicate = false;
};
struct PublishResults {
    std::vector<PublishResult> results;
    std::string epoch;
};
struct SubscriptionAdded {
    std::string subscription;
    bool created = false;
    /// False for an endpoint that waits for its confirmation.
    bool confirmed = true;
};
/// What a session needs to serve a subscriber of a topic.
struct TopicOpened {
    std::uint32_t topic = 0;
    std::string epoch;
    /// Of the next publication, as of this batch.
    std::uint64_t end_offset = 0;
    bool history = false;
    bool retained = false;
    bool presence = false;
    /// OpenDurable only: where its messages are received from.
    QueueName durable_queue{};
};

using AnswerBody = std::variant<Nothing, QueueCreated, SendResults, Messages, EntryResults, MoveStarted, MoveCancelled,
                                StreamCreated, AppendResults, ProducerAllocated, GroupAssignment, TransactionResults,
                                TopicCreated, PublishResults, SubscriptionAdded, TopicOpened>;

struct Answer {
    Errc status = Errc::ok;
    /// Which attribute, entry or limit, where the status' own sentence is not enough; else empty.
    std::string detail;
    AnswerBody body;
};

/// An answer on its way to whoever asked; it leaves the broker when its commit is durable.
struct Completion {
    Ticket ticket;
    Answer answer;
};

}  // namespace tern::engine
