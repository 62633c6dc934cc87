#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/queue.hpp"
#include "broker/engine/rows.hpp"

/// The schedule of a standard queue: one entry a message, ordered by the moment from which it can be received. This one
/// index serves delays, visibility timeouts and retries (docs/architecture.md).
namespace tern::engine::schedule {

struct Placed {
    SchedulePosition at;
    ScheduleEntry entry;
};

/// Inserts an entry and counts it.
void place(Batch& batch, Queue& queue, const Placed& placed);
/// Removes an entry and no longer counts it.
void take(Batch& batch, Queue& queue, const Placed& placed);

/// Moves a message's entry to another moment. The row in queue_positions follows: from then on the message can be found
/// without a hint.
void move(Batch& batch, Queue& queue, const Placed& from, Placed to);

/// Finds a message's entry: by the hint, by its row in queue_positions, or where its first receive was to be.
/// Nothing when it has none, which is so for a message in flight that nobody gives a hint for.
std::optional<Placed> locate(const store::ReadTransaction& transaction, std::uint32_t storage, std::uint64_t sequence,
                             std::optional<Timestamp> hint, Timestamp first_available_at);

/// The first entries that can be received now, in order, at most `count`.
std::vector<Placed> first_due(const store::ReadTransaction& transaction, std::uint32_t storage, Timestamp now,
                              std::size_t count);

/// The moment of the first entry at or behind `from`.
std::optional<Timestamp> next_moment(const store::ReadTransaction& transaction, std::uint32_t storage,
                                     SchedulePosition from);

/// Counts entries whose moment has come over to visible, a bounded number.
/// True when all were counted that are due.
bool cross(Batch& batch, Queue& queue);

}  // namespace tern::engine::schedule
