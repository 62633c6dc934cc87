#pragma once

#include "broker/engine/batch.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queue.hpp"

/// Expired messages vanish (docs/aws.md sqs-14). A receive drops those it meets, so that none is ever delivered late;
/// the sweeps here remove the others, oldest first, within a second of their expiry.
namespace tern::engine::retention {

/// Sees to it that a message just put into the queue is looked at when it expires.
void watch(Batch& batch, Queue& queue, std::uint64_t sequence, Timestamp sent_at);

/// A message in flight comes back at this moment, perhaps earlier than before: if it has expired by then, it is looked
/// at then.
void expect_back(Batch& batch, Queue& queue, Timestamp sent_at, Timestamp at);

/// The retention period has changed: looks again at once.
void reconsider(Batch& batch, Queue& queue);

/// Removes expired messages from the oldest on, a bounded number, and arranges the next look.
void sweep(Batch& batch, Queue& queue);

/// Removes one message if it has expired, or arranges the next look at it.
void expire_message(Batch& batch, Queue& queue, std::uint32_t storage, std::uint64_t sequence);

}  // namespace tern::engine::retention
