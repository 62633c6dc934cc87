#pragma once

#include <cstdint>
#include <optional>

#include "broker/engine/batch.hpp"
#include "broker/engine/queue.hpp"
#include "broker/engine/queue_kind.hpp"

/// Delayed messages of a FIFO queue wait outside of their groups, in the order of their sequences, and enter them when
/// the queue's delay is over. The delay is the queue's at the time of looking, so that a change of it holds for
/// messages that already wait (docs/aws.md sqs-19).
namespace tern::engine::fifo {

/// True when a new message must wait: there is a delay, or others wait before it and must not be overtaken.
bool must_wait(const Queue& queue);
void delay(Batch& batch, Queue& queue, BytesView group, std::uint64_t sequence, const EarlierReceives& earlier);
/// Takes a message out of the waiting line; false when it is not in it.
bool erase_delayed(Batch& batch, Queue& queue, std::uint64_t sequence);
/// Lets messages into their groups whose delay is over, a bounded number. True when done.
bool release_delayed(Batch& batch, Queue& queue);
/// When the first waiting message may enter its group.
std::optional<Timestamp> next_release(const store::ReadTransaction& transaction, const Queue& queue);
/// A message that waits, and the moment from which it can be received.
struct Delayed {
    Timestamp until;
    EarlierReceives earlier;
};
std::optional<Delayed> find_delayed(const store::ReadTransaction& transaction, const Queue& queue,
                                    std::uint64_t sequence);

/// How many waiting messages may enter their groups by now; looks at `count_max` at most.
std::size_t count_released(const store::ReadTransaction& transaction, const Queue& queue, Timestamp now,
                           std::size_t count_max);

}  // namespace tern::engine::fifo
