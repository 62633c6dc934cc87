#include "broker/engine/schedule.hpp"

#include "broker/base/check.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::schedule {
namespace {

using store::Table;

/// Which counter an entry belongs to, given the place up to which the counters are true.
std::uint64_t& counter_of(QueueCounters& counters, const Placed& placed) {
    if (placed.at <= counters.crossed) return counters.visible;
    return placed.entry.in_flight ? counters.in_flight : counters.delayed;
}

Bytes position_value(Timestamp at) {
    const auto ms = at.ms();
    return Bytes(reinterpret_cast<const char*>(&ms), sizeof ms);
}

bool of_storage(BytesView key, std::uint32_t storage) {
    return key.substr(0, sizeof storage) == keys::storage(storage).view();
}

/// An entry whose visibility timeout is over has no handle that leads to it: from now on its row in queue_positions
/// does.
void settle(Batch& batch, Queue& queue, Placed placed) {
    placed.entry.in_flight = false;
    if (!placed.entry.has_position) {
        placed.entry.has_position = true;
        batch.transaction.put(Table::queue_positions, keys::message(queue.storage(), placed.at.sequence).view(),
                              position_value(placed.at.available_at));
    }
    batch.transaction.put(Table::queue_schedule, keys::schedule(queue.storage(), placed.at).view(),
                          encode(placed.entry));
}

}  // namespace

void place(Batch& batch, Queue& queue, const Placed& placed) {
    batch.transaction.put(Table::queue_schedule, keys::schedule(queue.storage(), placed.at).view(),
                          encode(placed.entry));
    ++counter_of(queue.counters, placed);
    batch.queues.touch(queue);
}

void take(Batch& batch, Queue& queue, const Placed& placed) {
    const bool erased =
        batch.transaction.erase(Table::queue_schedule, keys::schedule(queue.storage(), placed.at).view());
    TERN_CHECK(erased);
    --counter_of(queue.counters, placed);
    batch.queues.touch(queue);
}

void move(Batch& batch, Queue& queue, const Placed& from, Placed to) {
    to.entry.has_position = true;
    take(batch, queue, from);
    place(batch, queue, to);
    batch.transaction.put(Table::queue_positions, keys::message(queue.storage(), to.at.sequence).view(),
                          position_value(to.at.available_at));
}

std::optional<Placed> locate(const store::ReadTransaction& transaction, std::uint32_t storage, std::uint64_t sequence,
                             std::optional<Timestamp> hint, Timestamp first_available_at) {
    const auto entry_at = [&](Timestamp at) -> std::optional<Placed> {
        const SchedulePosition position{at, sequence};
        const auto stored = transaction.get(Table::queue_schedule, keys::schedule(storage, position).view());
        if (!stored) return std::nullopt;
        return Placed{position, decode_schedule_entry(stored.bytes())};
    };
    if (hint) {
        if (auto placed = entry_at(*hint)) return placed;
    }
    const auto stored = transaction.get(Table::queue_positions, keys::message(storage, sequence).view());
    if (stored) return entry_at(Timestamp(load_little<std::int64_t>(stored.bytes().data())));
    return entry_at(first_available_at);
}

std::vector<Placed> first_due(const store::ReadTransaction& transaction, std::uint32_t storage, Timestamp now,
                              std::size_t count) {
    std::vector<Placed> due;
    due.reserve(count);
    const auto cursor = transaction.cursor(Table::queue_schedule);
    for (bool found = cursor->seek(keys::storage(storage).view()); found && due.size() < count;
         found = cursor->next()) {
        if (!of_storage(cursor->key(), storage)) break;
        const auto at = keys::position_of(cursor->key());
        if (at.available_at > now) break;
        due.push_back({at, decode_schedule_entry(cursor->value().bytes())});
    }
    return due;
}

std::optional<Timestamp> next_moment(const store::ReadTransaction& transaction, std::uint32_t storage,
                                     SchedulePosition from) {
    const auto cursor = transaction.cursor(Table::queue_schedule);
    if (!cursor->seek(keys::schedule(storage, from).view()) || !of_storage(cursor->key(), storage)) return std::nullopt;
    return keys::position_of(cursor->key()).available_at;
}

bool cross(Batch& batch, Queue& queue) {
    auto& counters = queue.counters;
    const auto end = SchedulePosition::end_of(batch.now);
    if (counters.crossed >= end) return true;
    // Not worth a write of its own: read again from disk, the older place is just as true.
    if (counters.in_flight == 0 && counters.delayed == 0) {
        counters.crossed = end;
        return true;
    }

    std::vector<Placed> crossing;
    bool all = true;
    const auto cursor = batch.transaction.cursor(Table::queue_schedule);
    auto from = counters.crossed;
    for (bool found = cursor->seek(keys::schedule(queue.storage(), from).view()); found; found = cursor->next()) {
        if (!of_storage(cursor->key(), queue.storage())) break;
        const auto at = keys::position_of(cursor->key());
        if (at <= from) continue;
        if (at > end) break;
        if (!batch.take_due_work()) {
            all = false;
            break;
        }
        crossing.push_back({at, decode_schedule_entry(cursor->value().bytes())});
    }
    for (const auto& placed : crossing) {
        --(placed.entry.in_flight ? counters.in_flight : counters.delayed);
        ++counters.visible;
        if (placed.entry.in_flight) settle(batch, queue, placed);
    }
    if (all) {
        counters.crossed = end;
    } else if (!crossing.empty()) {
        counters.crossed = crossing.back().at;
    }
    if (!crossing.empty()) batch.queues.touch(queue);
    return all;
}

}  // namespace tern::engine::schedule
