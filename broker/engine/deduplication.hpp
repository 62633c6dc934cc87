#pragma once

#include <optional>

#include "broker/engine/batch.hpp"
#include "broker/engine/queue.hpp"
#include "broker/engine/rows.hpp"

/// FIFO queues accept a deduplication id once in five minutes, also when the message is deleted meanwhile
/// (docs/aws.md sqs-35).
namespace tern::engine::deduplication {

inline constexpr Milliseconds window = std::chrono::minutes(5);

/// The deduplication id of a message that has none of its own: the SHA-256 of its body, in hex.
Bytes content_id(BytesView body);

/// The earlier message with this id, if its window is open. `group` matters where the scope is by group.
std::optional<DeduplicationEntry> find(const Batch& batch, const Queue& queue, BytesView group, BytesView id);

void remember(Batch& batch, const Queue& queue, BytesView group, BytesView id, const DeduplicationEntry& entry);

/// Topics: whatever stands under a storage id of its own. `group`: empty unless ids count within their group only.
std::optional<DeduplicationEntry> find(const Batch& batch, std::uint32_t storage, BytesView group, BytesView id);
void remember(Batch& batch, std::uint32_t storage, BytesView group, BytesView id, const DeduplicationEntry& entry);

/// Erases a row whose window is over; a row that was written anew stays.
void forget(Batch& batch, BytesView row_key);

}  // namespace tern::engine::deduplication
