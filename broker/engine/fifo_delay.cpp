#include "broker/engine/fifo_delay.hpp"

#include "broker/engine/fields.hpp"
#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::fifo {
namespace {

using store::Table;

struct Waiting {
    std::uint64_t sequence = 0;
    Timestamp since;
    EarlierReceives earlier;
    std::string group;
};

Bytes encode(const Waiting& waiting) {
    return FieldWriter()(waiting.since.ms())(waiting.earlier.count)(waiting.earlier.first_at.ms())(waiting.group)
        .take();
}

Waiting decode(BytesView key, BytesView value) {
    Waiting waiting;
    std::int64_t since = 0;
    std::int64_t first_received_at = 0;
    FieldReader from(value);
    from(since)(waiting.earlier.count)(first_received_at)(waiting.group);
    waiting.since = Timestamp(since);
    waiting.earlier.first_at = Timestamp(first_received_at);
    waiting.sequence = keys::sequence_of(key);
    return waiting;
}

Waiting waiting_at(const store::Cursor& cursor) {
    const auto value = cursor.value();
    return decode(cursor.key(), value.bytes());
}

std::optional<Waiting> first_waiting(const store::ReadTransaction& transaction, std::uint32_t storage) {
    const auto prefix = keys::storage(storage);
    const auto cursor = transaction.cursor(Table::fifo_delayed);
    if (!cursor->seek(prefix.view()) || !cursor->key().starts_with(prefix.view())) return std::nullopt;
    return waiting_at(*cursor);
}

}  // namespace

bool must_wait(const Queue& queue) {
    return queue.settings().delay.count() > 0 || queue.counters.delayed > 0;
}

void delay(Batch& batch, Queue& queue, BytesView group, std::uint64_t sequence, const EarlierReceives& earlier) {
    batch.transaction.put(Table::fifo_delayed, keys::message(queue.storage(), sequence).view(),
                          encode({sequence, batch.now, earlier, std::string(group)}));
    ++queue.counters.delayed;
    batch.queues.touch(queue);
}

bool erase_delayed(Batch& batch, Queue& queue, std::uint64_t sequence) {
    if (!batch.transaction.erase(Table::fifo_delayed, keys::message(queue.storage(), sequence).view())) return false;
    --queue.counters.delayed;
    batch.queues.touch(queue);
    return true;
}

bool release_delayed(Batch& batch, Queue& queue) {
    while (queue.counters.delayed > 0) {
        const auto waiting = first_waiting(batch.transaction, queue.storage());
        if (!waiting || waiting->since + queue.settings().delay > batch.now) return true;
        if (!batch.take_due_work()) return false;
        erase_delayed(batch, queue, waiting->sequence);
        admit(batch, queue, waiting->group, waiting->since + queue.settings().delay,
              {waiting->sequence,
               {.receive_count = waiting->earlier.count, .first_received_at = waiting->earlier.first_at}});
    }
    return true;
}

std::optional<Timestamp> next_release(const store::ReadTransaction& transaction, const Queue& queue) {
    if (queue.counters.delayed == 0) return std::nullopt;
    const auto waiting = first_waiting(transaction, queue.storage());
    if (!waiting) return std::nullopt;
    return waiting->since + queue.settings().delay;
}

std::optional<Delayed> find_delayed(const store::ReadTransaction& transaction, const Queue& queue,
                                    std::uint64_t sequence) {
    const auto key = keys::message(queue.storage(), sequence);
    const auto stored = transaction.get(Table::fifo_delayed, key.view());
    if (!stored) return std::nullopt;
    const auto waiting = decode(key.view(), stored.bytes());
    return Delayed{waiting.since + queue.settings().delay, waiting.earlier};
}

std::size_t count_released(const store::ReadTransaction& transaction, const Queue& queue, Timestamp now,
                           std::size_t count_max) {
    std::size_t count = 0;
    const auto prefix = keys::storage(queue.storage());
    const auto cursor = transaction.cursor(Table::fifo_delayed);
    for (bool more = cursor->seek(prefix.view()); more && count < count_max; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        if (waiting_at(*cursor).since + queue.settings().delay > now) break;
        ++count;
    }
    return count;
}

}  // namespace tern::engine::fifo
