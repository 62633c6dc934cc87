#include "broker/engine/retention.hpp"

#include <algorithm>
#include <vector>

#include "broker/engine/agenda.hpp"
#include "broker/engine/messages.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::retention {
namespace {

using store::Table;

void look_at(Batch& batch, Queue& queue, Timestamp due) {
    queue.counters.retention_due = due;
    agenda::add(batch.transaction, queue.counters.retention_due, agenda::Kind::retention, keys::queue(queue.id).view());
    batch.queues.touch(queue);
}

void stop_looking(Batch& batch, Queue& queue) {
    if (queue.counters.retention_due == Timestamp()) return;
    agenda::remove(batch.transaction,
                   {queue.counters.retention_due, agenda::Kind::retention, Bytes(keys::queue(queue.id).view())});
    queue.counters.retention_due = Timestamp();
    batch.queues.touch(queue);
}

void look_no_later(Batch& batch, Queue& queue, Timestamp due) {
    if (queue.counters.retention_due != Timestamp() && queue.counters.retention_due <= due) return;
    stop_looking(batch, queue);
    look_at(batch, queue, due);
}

Bytes message_subject(const Queue& queue, std::uint32_t storage, std::uint64_t sequence) {
    return Bytes(store::Key().u32(queue.id).u32(storage).u64(sequence).view());
}

struct Found {
    std::vector<std::uint64_t> expired;
    /// When the first message that is still kept expires.
    std::optional<Timestamp> next;
    /// Where to go on in the next batch; 0 when all were looked at.
    std::uint64_t go_on_at = 0;
};

/// A damaged row cannot tell its age: it stays for `tern check` to name, and the search goes on behind it.
Found find_expired(Batch& batch, const Queue& queue) {
    Found found;
    const auto cursor = batch.transaction.cursor(Table::queue_messages);
    const auto prefix = keys::storage(queue.storage());
    const auto start = keys::message(queue.storage(), queue.counters.swept_to);
    for (bool more = cursor->seek(start.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto value = cursor->value();
        const auto record = value ? decode_message(value.bytes()) : std::nullopt;
        if (record && !expired(queue.settings(), *record, batch.now)) {
            found.next = record->sent_at + queue.settings().retention;
            break;
        }
        if (!batch.take_due_work()) {
            found.go_on_at = keys::sequence_of(cursor->key());
            break;
        }
        if (record) found.expired.push_back(keys::sequence_of(cursor->key()));
    }
    return found;
}

/// What has expired in flight is left to its receiver, who may still delete it: when the next of them comes back there
/// is something to remove again.
std::optional<Timestamp> next_return(const Batch& batch, const Queue& queue) {
    const auto next = kind::next_moment(batch.transaction, queue, batch.now);
    if (!next) return std::nullopt;
    return std::max(*next, batch.now + std::chrono::seconds(1));
}

}  // namespace

void watch(Batch& batch, Queue& queue, std::uint64_t sequence, Timestamp sent_at) {
    // Messages that came from another queue are older than their neighbours: each has a look of its own.
    if (sent_at < batch.now) {
        agenda::add(batch.transaction, agenda::rounded_up(sent_at + queue.settings().retention),
                    agenda::Kind::expire_message, message_subject(queue, queue.storage(), sequence));
    } else {
        // Earlier messages expire earlier, unless they have expired already and the look waits for one in flight.
        look_no_later(batch, queue, agenda::rounded_up(sent_at + queue.settings().retention));
    }
}

void expect_back(Batch& batch, Queue& queue, Timestamp sent_at, Timestamp at) {
    if (sent_at + queue.settings().retention <= at) look_no_later(batch, queue, agenda::rounded_up(at));
}

void reconsider(Batch& batch, Queue& queue) {
    stop_looking(batch, queue);
    look_at(batch, queue, batch.now);
}

void sweep(Batch& batch, Queue& queue) {
    stop_looking(batch, queue);
    kind::freshen(batch, queue);
    const auto found = find_expired(batch, queue);
    bool in_flight_left = queue.counters.swept_to > 0 && queue.counters.in_flight > 0;
    for (const auto sequence : found.expired) {
        if (kind::expire(batch, queue, sequence)) {
            ++batch.counters.messages_expired;
        } else {
            in_flight_left = true;
        }
    }
    queue.counters.swept_to = found.go_on_at;
    if (found.go_on_at > 0) return look_at(batch, queue, batch.now);

    auto next = found.next;
    if (in_flight_left) {
        const auto returns = next_return(batch, queue);
        if (returns && (!next || *returns < *next)) next = returns;
    }
    if (next) look_at(batch, queue, agenda::rounded_up(*next));
}

void expire_message(Batch& batch, Queue& queue, std::uint32_t storage, std::uint64_t sequence) {
    if (storage != queue.storage()) return;
    kind::freshen(batch, queue);
    const auto message = read_message(batch.transaction, storage, sequence);
    if (!message.present()) return;
    if (expired(queue.settings(), message.record, batch.now)) {
        if (kind::expire(batch, queue, sequence)) {
            ++batch.counters.messages_expired;
            return;
        }
        agenda::add(batch.transaction, agenda::rounded_up(batch.now + std::chrono::seconds(1)),
                    agenda::Kind::expire_message, message_subject(queue, storage, sequence));
        return;
    }
    agenda::add(batch.transaction, agenda::rounded_up(message.record.sent_at + queue.settings().retention),
                agenda::Kind::expire_message, message_subject(queue, storage, sequence));
}

}  // namespace tern::engine::retention
