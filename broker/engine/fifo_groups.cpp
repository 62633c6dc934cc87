#include "broker/engine/fifo_groups.hpp"

#include <algorithm>

#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::fifo {
namespace {

using store::Key;
using store::Table;

Key schedule_key(const Queue& queue, const FifoGroup& row, Timestamp at) {
    return keys::schedule(queue.storage(), {at, row.ordinal});
}

Key order_prefix(std::uint32_t storage, BytesView group) {
    return keys::group(storage, group);
}

void save(Batch& batch, const Queue& queue, const Group& group) {
    batch.transaction.put(Table::fifo_groups, keys::group(queue.storage(), group.name).view(), encode(group.row));
}

void stand_at(Batch& batch, const Queue& queue, const Group& group, Timestamp at) {
    batch.transaction.put(Table::queue_schedule, schedule_key(queue, group.row, at).view(), group.name);
}

void leave(Batch& batch, const Queue& queue, const Group& group, Timestamp at) {
    batch.transaction.erase(Table::queue_schedule, schedule_key(queue, group.row, at).view());
}

/// The two places differ: while there is a second, it lies in the future and the first does not.
void reschedule(Batch& batch, const Queue& queue, Group& group, Timestamp at, std::optional<Timestamp> release_at) {
    auto& row = group.row;
    if (row.release_at && row.release_at != release_at) leave(batch, queue, group, *row.release_at);
    if (row.scheduled_at != at) {
        leave(batch, queue, group, row.scheduled_at);
        stand_at(batch, queue, group, at);
    }
    if (release_at && row.release_at != release_at) stand_at(batch, queue, group, *release_at);
    row.scheduled_at = at;
    row.release_at = release_at;
    save(batch, queue, group);
}

void vanish(Batch& batch, const Queue& queue, const Group& group) {
    leave(batch, queue, group, group.row.scheduled_at);
    if (group.row.release_at) leave(batch, queue, group, *group.row.release_at);
    batch.transaction.erase(Table::fifo_groups, keys::group(queue.storage(), group.name).view());
}

/// Messages in flight are always among the first ten of their group: a receive takes what stands first, as far as
/// nothing of it is in flight.
std::vector<OrderedMessage> in_flight_messages(const store::ReadTransaction& transaction, std::uint32_t storage,
                                               const Group& group) {
    std::vector<OrderedMessage> found;
    const auto prefix = order_prefix(storage, group.name);
    const auto cursor = transaction.cursor(Table::fifo_order);
    for (bool more = cursor->seek(prefix.view()); more && found.size() < group.row.in_flight; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto entry = decode_fifo_entry(cursor->value().bytes());
        if (entry.in_flight) found.push_back({keys::sequence_of(cursor->key()), entry});
    }
    return found;
}

/// Places the group by its first message. However late somebody looks, it is available since that came back, or since
/// it became the first.
void place(Batch& batch, Queue& queue, Group& group, const FifoEntry& first, Timestamp next_deadline) {
    if (first.in_flight) return reschedule(batch, queue, group, next_deadline, std::nullopt);
    const auto since = std::min(batch.now, std::max(group.row.scheduled_at, first.deadline));
    const bool more_to_come = next_deadline != Timestamp::never();
    reschedule(batch, queue, group, since, more_to_come ? std::optional(next_deadline) : std::nullopt);
    batch.feed(queue);
}

}  // namespace

std::optional<Group> find_group(const store::ReadTransaction& transaction, std::uint32_t storage, BytesView name) {
    const auto stored = transaction.get(Table::fifo_groups, keys::group(storage, name).view());
    if (!stored) return std::nullopt;
    return Group{Bytes(name), decode_fifo_group(stored.bytes())};
}

std::vector<Bytes> first_due_groups(const store::ReadTransaction& transaction, std::uint32_t storage, Timestamp now,
                                    std::size_t count) {
    std::vector<Bytes> groups;
    const auto prefix = keys::storage(storage);
    const auto cursor = transaction.cursor(Table::queue_schedule);
    for (bool more = cursor->seek(prefix.view()); more && groups.size() < count; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        if (keys::position_of(cursor->key()).available_at > now) break;
        groups.emplace_back(cursor->value().bytes());
    }
    return groups;
}

std::vector<OrderedMessage> messages_from(const store::ReadTransaction& transaction, std::uint32_t storage,
                                          BytesView group, std::uint64_t sequence, std::size_t count) {
    std::vector<OrderedMessage> messages;
    const auto prefix = order_prefix(storage, group);
    const auto cursor = transaction.cursor(Table::fifo_order);
    for (bool more = cursor->seek(keys::group_order(storage, group, sequence).view()); more && messages.size() < count;
         more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        messages.push_back({keys::sequence_of(cursor->key()), decode_fifo_entry(cursor->value().bytes())});
    }
    return messages;
}

std::vector<OrderedMessage> first_messages(const store::ReadTransaction& transaction, std::uint32_t storage,
                                           BytesView group, std::size_t count) {
    return messages_from(transaction, storage, group, 0, count);
}

std::optional<FifoEntry> find_entry(const store::ReadTransaction& transaction, std::uint32_t storage, BytesView group,
                                    std::uint64_t sequence) {
    const auto stored = transaction.get(Table::fifo_order, keys::group_order(storage, group, sequence).view());
    if (!stored) return std::nullopt;
    return decode_fifo_entry(stored.bytes());
}

void put_entry(Batch& batch, const Queue& queue, BytesView group, const OrderedMessage& message) {
    batch.transaction.put(Table::fifo_order, keys::group_order(queue.storage(), group, message.sequence).view(),
                          encode(message.entry));
}

void erase_entry(Batch& batch, const Queue& queue, BytesView group, std::uint64_t sequence) {
    batch.transaction.erase(Table::fifo_order, keys::group_order(queue.storage(), group, sequence).view());
}

void admit(Batch& batch, Queue& queue, BytesView group, Timestamp since, const OrderedMessage& message) {
    put_entry(batch, queue, group, message);
    if (!find_group(batch.transaction, queue.storage(), group)) {
        Group made{Bytes(group), {queue.counters.next_group_ordinal++, since, 0, std::nullopt}};
        stand_at(batch, queue, made, since);
        save(batch, queue, made);
    }
    ++queue.counters.visible;
    batch.queues.touch(queue);
    batch.feed(queue);
}

void count_back(Batch& batch, Queue& queue) {
    if (queue.counters.in_flight >= batch.limits.in_flight_max_fifo) batch.feed(queue);
    --queue.counters.in_flight;
}

Timestamp next_landing(const FifoGroup& row) {
    return row.in_flight == 0 ? Timestamp::never() : row.release_at.value_or(row.scheduled_at);
}

void release_due(Batch& batch, Queue& queue, Group& group) {
    if (next_landing(group.row) > batch.now) return;
    auto next_deadline = Timestamp::never();
    for (auto& message : in_flight_messages(batch.transaction, queue.storage(), group)) {
        if (message.entry.deadline > batch.now) {
            next_deadline = std::min(next_deadline, message.entry.deadline);
            continue;
        }
        message.entry.in_flight = false;
        put_entry(batch, queue, group.name, message);
        --group.row.in_flight;
        count_back(batch, queue);
        ++queue.counters.visible;
    }
    batch.queues.touch(queue);
    const auto first = first_messages(batch.transaction, queue.storage(), group.name, 1);
    if (!first.empty()) place(batch, queue, group, first.front().entry, next_deadline);
}

void settle(Batch& batch, Queue& queue, Group& group) {
    batch.queues.touch(queue);
    const auto first = first_messages(batch.transaction, queue.storage(), group.name, 1);
    if (first.empty()) return vanish(batch, queue, group);
    auto next_deadline = Timestamp::never();
    if (group.row.in_flight > 0)
        for (const auto& message : in_flight_messages(batch.transaction, queue.storage(), group))
            next_deadline = std::min(next_deadline, message.entry.deadline);
    place(batch, queue, group, first.front().entry, next_deadline);
}

}  // namespace tern::engine::fifo
