#include "broker/engine/due_work.hpp"

#include "broker/engine/agenda.hpp"
#include "broker/engine/deduplication.hpp"
#include "broker/engine/group_removal.hpp"
#include "broker/engine/moves.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/receive_attempts.hpp"
#include "broker/engine/removal.hpp"
#include "broker/engine/retention.hpp"
#include "broker/engine/stream_producers.hpp"
#include "broker/engine/stream_removal.hpp"
#include "broker/engine/stream_retention.hpp"
#include "broker/engine/streams.hpp"
#include "broker/engine/topic_removal.hpp"
#include "broker/store/keys.hpp"

namespace tern::engine {
namespace {

void look_for_expired(Batch& batch, const agenda::Item& item) {
    store::KeyReader subject(item.subject);
    auto* queue = batch.queues.find(batch.transaction, subject.u32());
    if (queue != nullptr && queue->counters.retention_due == item.due) retention::sweep(batch, *queue);
}

void expire_message(Batch& batch, const agenda::Item& item) {
    store::KeyReader subject(item.subject);
    auto* queue = batch.queues.find(batch.transaction, subject.u32());
    const auto storage = subject.u32();
    const auto sequence = subject.u64();
    if (queue != nullptr) retention::expire_message(batch, *queue, storage, sequence);
}

void look_for_old_blocks(Batch& batch, const agenda::Item& item) {
    store::KeyReader subject(item.subject);
    auto* stream = batch.streams.find(batch.transaction, subject.u32());
    if (stream == nullptr) return;
    const auto partition = batch.streams.partition(batch.transaction, *stream, subject.u32());
    if (partition.has_value() && (*partition)->row.retention_due == item.due)
        stream_retention::sweep(batch, *stream, **partition);
}

void work_off(Batch& batch, const agenda::Item& item) {
    store::KeyReader subject(item.subject);
    switch (item.kind) {
        case agenda::Kind::retention: return look_for_expired(batch, item);
        case agenda::Kind::expire_message: return expire_message(batch, item);
        case agenda::Kind::forget_deduplication: return deduplication::forget(batch, item.subject);
        case agenda::Kind::forget_attempt: return receive_attempts::forget(batch, item.subject);
        case agenda::Kind::forget_deleted_queue: batch.transaction.erase(store::Table::catalog, item.subject); return;
        case agenda::Kind::remove_storage: return removal::go_on(batch, subject.u32());
        case agenda::Kind::move_messages: {
            const auto source = subject.u32();
            return moves::step(batch, source, subject.u32());
        }
        case agenda::Kind::remove_stream: return stream_removal::go_on(batch, subject.u32());
        case agenda::Kind::forget_producer: return producers::forget(batch, item.subject);
        case agenda::Kind::stream_retention: return look_for_old_blocks(batch, item);
        case agenda::Kind::forget_group: return group_removal::look(batch, subject.u32(), item.due);
        case agenda::Kind::remove_group: return group_removal::go_on(batch, subject.u32());
        case agenda::Kind::remove_topic: return topic_removal::go_on(batch, item.subject);
    }
}

}  // namespace

void do_due_work(Batch& batch) {
    while (batch.due_work_left > 0) {
        const auto item = agenda::first(batch.transaction);
        if (!item || item->due > batch.now) return;
        agenda::remove(batch.transaction, *item);
        // What works in steps takes its units itself; a small budget must not be spent on beginning alone.
        const auto left = batch.due_work_left;
        work_off(batch, *item);
        if (batch.due_work_left == left) batch.take_due_work();
    }
}

}  // namespace tern::engine
