#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/queue.hpp"
#include "broker/engine/rows.hpp"

/// Message groups of a FIFO queue: rows in fifo_groups and fifo_order, and entries in the schedule. A group whose first
/// message is in flight stands at the earliest deadline of its messages and gives nothing away; another stands at the
/// moment from which its first message can be received, and gives away what comes before the first message in flight
/// (docs/aws.md sqs-37). Such a group with messages in flight has a second entry, at the earliest of their deadlines.
namespace tern::engine::fifo {

/// A group in hand: changed here, written by save.
struct Group {
    Bytes name;
    FifoGroup row;
};

struct OrderedMessage {
    std::uint64_t sequence = 0;
    FifoEntry entry;
};

std::optional<Group> find_group(const store::ReadTransaction& transaction, std::uint32_t storage, BytesView name);

/// The groups that stand first in the schedule and are due, at most `count`.
std::vector<Bytes> first_due_groups(const store::ReadTransaction& transaction, std::uint32_t storage, Timestamp now,
                                    std::size_t count);

/// Messages of a group in order, from a sequence on.
std::vector<OrderedMessage> messages_from(const store::ReadTransaction& transaction, std::uint32_t storage,
                                          BytesView group, std::uint64_t sequence, std::size_t count);
/// The first messages of a group, in order.
std::vector<OrderedMessage> first_messages(const store::ReadTransaction& transaction, std::uint32_t storage,
                                           BytesView group, std::size_t count);

std::optional<FifoEntry> find_entry(const store::ReadTransaction& transaction, std::uint32_t storage, BytesView group,
                                    std::uint64_t sequence);
void put_entry(Batch& batch, const Queue& queue, BytesView group, const OrderedMessage& message);
void erase_entry(Batch& batch, const Queue& queue, BytesView group, std::uint64_t sequence);

/// Puts a message at the end of its group, which is made when there is none, available since the given moment. The
/// message counts as visible.
void admit(Batch& batch, Queue& queue, BytesView group, Timestamp since, const OrderedMessage& message);

/// A message is no longer in flight: receives of other groups may have waited for the in-flight limit alone.
void count_back(Batch& batch, Queue& queue);

/// When the next message in flight comes back; never without any.
Timestamp next_landing(const FifoGroup& row);

/// Frees the messages whose deadline has passed. The group's place in the schedule is up to date afterwards.
void release_due(Batch& batch, Queue& queue, Group& group);

/// Gives the group its place in the schedule after its messages have changed; a group without messages vanishes. What
/// was due must have been released.
void settle(Batch& batch, Queue& queue, Group& group);

}  // namespace tern::engine::fifo
