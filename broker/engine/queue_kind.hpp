#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queue.hpp"
#include "broker/engine/receipt_handle.hpp"

/// What standard and FIFO queues do each in their own way; everything else in the engine is the same for both and calls
/// these. standard_queue.hpp and fifo_queue.hpp have the two ways, with the same names.
namespace tern::engine {

struct ReceiveOrder {
    std::size_t messages_max = 1;
    Milliseconds visibility_timeout{};
};

/// How a receive went.
enum class ReceiveEnd : std::uint8_t {
    complete,    // the answer may be empty: there is no more to receive now
    unfinished,  // nothing yet, and the batch's share of due work is used up: go on in the next
    over_limit,  // as many messages in flight as the queue's limit allows
};

/// What a dead letter remembers of its time in the queue it came from.
struct EarlierReceives {
    std::uint32_t count = 0;
    Timestamp first_at{};
};

namespace kind {

/// Puts a message at the end of the queue and answers its sequence. Its record says when it is available first; its
/// views must not point into the transaction.
std::uint64_t enqueue(Batch& batch, Queue& queue, const MessageRecord& record, const EarlierReceives& earlier = {});

ReceiveEnd receive(Batch& batch, Queue& queue, const ReceiveOrder& order, std::vector<ReceivedMessage>& to);

/// Errors: receipt_handle_invalid; receipt_handle_expired on a FIFO queue; storage_damaged.
Errc remove(Batch& batch, Queue& queue, const ReceiptHandle& handle);

/// Whether the message is still what the handle's receive made of it: nobody has deleted or received it since. Stricter
/// than remove, for transactions: whoever worked on a message twice must not succeed twice.
/// Errors: as remove; message_not_in_flight when the message is gone; receipt_handle_expired when it was received again
/// (on a FIFO queue also once the visibility timeout has passed).
Errc check_held(const Batch& batch, const Queue& queue, const ReceiptHandle& handle);

/// Errors: as remove; message_not_in_flight; total_visibility_exceeded.
Errc change_visibility(Batch& batch, Queue& queue, const ReceiptHandle& handle, Milliseconds visibility_timeout);

/// Undoes a receive whose answer reached nobody. Does nothing when the message has moved on since.
void give_back(Batch& batch, Queue& queue, const ReceiptHandle& handle);

/// Removes a message whoever holds it; false when it is in flight and must be left alone.
bool expire(Batch& batch, Queue& queue, std::uint64_t sequence);

/// A message on its way to another queue.
struct TakenMessage {
    Bytes record;
};
/// Looks at a message before it is taken; false leaves it where it is.
using Accept = std::function<bool(const MessageRecord&)>;
/// Takes the first visible message out of the queue, for a move task. Expired ones on the way are dropped.
/// Nothing when there is none, it was not accepted, or the batch's share of due work is used up.
std::optional<TakenMessage> take_first(Batch& batch, Queue& queue, const Accept& accept);

/// Brings the counters up to the batch's moment, a bounded number of steps. True when done.
bool freshen(Batch& batch, Queue& queue);

/// When something can next become receivable by itself.
std::optional<Timestamp> next_moment(const store::ReadTransaction& transaction, const Queue& queue, Timestamp now);

/// Everything that is the same for both kinds about handing out a message.
ReceivedMessage hand_out(std::uint64_t sequence, BytesView record_bytes, const MessageRecord& record);
ReceiptHandle handle_of(const Queue& queue, std::uint64_t sequence, const MessageRecord& record, Timestamp available_at,
                        std::uint32_t receive_count);

/// Moves a message that was received too often into its dead-letter queue (docs/aws.md sqs-39); false when there is
/// none that can take it. The caller removes the message from this queue first and passes a copy of its record.
struct DeadLetterTarget {
    Queue* queue = nullptr;
};
DeadLetterTarget dead_letter_target(Batch& batch, const Queue& queue, std::uint32_t receive_count);
void add_dead_letter(Batch& batch, const Queue& source, Queue& target, BytesView record_bytes,
                     const EarlierReceives& earlier);

}  // namespace kind
}  // namespace tern::engine
