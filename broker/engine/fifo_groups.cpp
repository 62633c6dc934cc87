#include "broker/engine/fifo_groups.hpp"

#include <algorithm>

#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::fifo {
namespace {

using store::Key;
using store::Table;

Key schedule_key(const Queue& queue, const FifoGroup& row) {
    return keys::schedule(queue.storage(), {row.scheduled_at, row.ordinal});
}

Key order_prefix(std::uint32_t storage, BytesView group) {
    return keys::group(storage, group);
}

void save(Batch& batch, const Queue& queue, const Group& group) {
    batch.transaction.put(Table::fifo_groups, keys::group(queue.storage(), group.name).view(), encode(group.row));
}

void reschedule(Batch& batch, const Queue& queue, Group& group, Timestamp at) {
    if (group.row.scheduled_at != at) {
        batch.transaction.erase(Table::queue_schedule, schedule_key(queue, group.row).view());
        group.row.scheduled_at = at;
        batch.transaction.put(Table::queue_schedule, schedule_key(queue, group.row).view(), group.name);
    }
    save(batch, queue, group);
}

void vanish(Batch& batch, const Queue& queue, const Group& group) {
    batch.transaction.erase(Table::queue_schedule, schedule_key(queue, group.row).view());
    batch.transaction.erase(Table::fifo_groups, keys::group(queue.storage(), group.name).view());
}

/// Messages in flight are always among the first of their group: they were handed out together, and nothing behind
/// them is handed out before all are back.
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
        Group made{Bytes(group), {queue.counters.next_group_ordinal++, since, 0}};
        batch.transaction.put(Table::queue_schedule, schedule_key(queue, made.row).view(), made.name);
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

void release_due(Batch& batch, Queue& queue, Group& group) {
    if (group.row.in_flight == 0) return;
    auto next_deadline = Timestamp::never();
    auto available_since = group.row.scheduled_at;
    for (auto& message : in_flight_messages(batch.transaction, queue.storage(), group)) {
        if (message.entry.deadline > batch.now) {
            next_deadline = std::min(next_deadline, message.entry.deadline);
            continue;
        }
        available_since = std::max(available_since, message.entry.deadline);
        message.entry.in_flight = false;
        put_entry(batch, queue, group.name, message);
        --group.row.in_flight;
        count_back(batch, queue);
        ++queue.counters.visible;
    }
    batch.queues.touch(queue);
    // However late somebody looks: a group is available since the last of its messages came back.
    reschedule(batch, queue, group, group.row.in_flight == 0 ? available_since : next_deadline);
    if (group.row.in_flight == 0) batch.feed(queue);
}

void settle(Batch& batch, Queue& queue, Group& group) {
    batch.queues.touch(queue);
    if (group.row.in_flight == 0) {
        if (first_messages(batch.transaction, queue.storage(), group.name, 1).empty()) {
            vanish(batch, queue, group);
            return;
        }
        reschedule(batch, queue, group, std::min(group.row.scheduled_at, batch.now));
        batch.feed(queue);
        return;
    }
    auto next_deadline = Timestamp::never();
    for (const auto& message : in_flight_messages(batch.transaction, queue.storage(), group))
        next_deadline = std::min(next_deadline, message.entry.deadline);
    reschedule(batch, queue, group, next_deadline);
}

}  // namespace tern::engine::fifo
