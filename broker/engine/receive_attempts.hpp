#pragma once

#include <optional>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/queue_kind.hpp"

/// A receive from a FIFO queue may carry an attempt id. For five minutes a repetition gets the same messages with the
/// same handles, and their visibility timeout anew, as long as nobody deleted one of them or changed its visibility
/// (docs/aws.md sqs-29).
namespace tern::engine::receive_attempts {

inline constexpr Milliseconds window = std::chrono::minutes(5);

/// The messages of the earlier attempt, or nothing when this is a new one.
std::optional<std::vector<ReceivedMessage>> repeat(Batch& batch, Queue& queue, BytesView attempt_id,
                                                   Milliseconds visibility_timeout);
void remember(Batch& batch, const Queue& queue, BytesView attempt_id, const std::vector<ReceivedMessage>& messages);

/// Erases a row whose window is over; a row that was written anew stays.
void forget(Batch& batch, BytesView row_key);

}  // namespace tern::engine::receive_attempts
