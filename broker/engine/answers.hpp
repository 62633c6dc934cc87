#pragma once

#include <cstdint>
#include <string>
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
    MessageId id;
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

using AnswerBody = std::variant<Nothing, QueueCreated, SendResults, Messages, EntryResults, MoveStarted, MoveCancelled>;

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
