#pragma once

#include <cstdint>
#include <optional>

#include "broker/engine/batch.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queue.hpp"
#include "broker/engine/receipt_handle.hpp"
#include "broker/store/store.hpp"

/// The message rows, as standard and FIFO queues share them.
namespace tern::engine {

/// A message row and what it says; the record's views point into the value.
struct StoredMessage {
    enum class State : std::uint8_t { absent, present, damaged };

    State state = State::absent;
    store::Value value;
    MessageRecord record;

    bool present() const { return state == State::present; }
};

StoredMessage read_message(const store::ReadTransaction& transaction, std::uint32_t storage, std::uint64_t sequence);

void put_message(Batch& batch, const Queue& queue, std::uint64_t sequence, const MessageRecord& record);
void erase_message(Batch& batch, const Queue& queue, std::uint64_t sequence);

/// Retention counts from the first send, also in a dead-letter queue (docs/aws.md sqs-14).
inline bool expired(const QueueSettings& settings, const MessageRecord& record, Timestamp now) {
    return record.sent_at + settings.retention <= now;
}

/// The message that a receipt handle speaks of.
/// Errors: receipt_handle_invalid when this queue never gave it; storage_damaged. A state of absent is no error: the
/// message was deleted, expired or purged.
Result<StoredMessage> message_of(const store::ReadTransaction& transaction, const Queue& queue,
                                 const ReceiptHandle& handle);

}  // namespace tern::engine
