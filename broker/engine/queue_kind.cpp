#include "broker/engine/queue_kind.hpp"

#include "broker/engine/fifo_delay.hpp"
#include "broker/engine/fifo_queue.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/messages.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/retention.hpp"
#include "broker/engine/schedule.hpp"
#include "broker/engine/standard_queue.hpp"

namespace tern::engine::kind {

std::uint64_t enqueue(Batch& batch, Queue& queue, const MessageRecord& record, const EarlierReceives& earlier) {
    freshen(batch, queue);
    const auto sequence = queue.counters.next_sequence++;
    if (queue.settings().fifo) {
        fifo::add(batch, queue, sequence, record, earlier);
    } else {
        standard::add(batch, queue, sequence, record, earlier);
    }
    retention::watch(batch, queue, sequence, record.sent_at);
    return sequence;
}

ReceiveEnd receive(Batch& batch, Queue& queue, const ReceiveOrder& order, std::vector<ReceivedMessage>& to) {
    freshen(batch, queue);
    return queue.settings().fifo ? fifo::receive(batch, queue, order, to) : standard::receive(batch, queue, order, to);
}

Errc remove(Batch& batch, Queue& queue, const ReceiptHandle& handle) {
    return queue.settings().fifo ? fifo::remove(batch, queue, handle) : standard::remove(batch, queue, handle);
}

Errc check_held(const Batch& batch, const Queue& queue, const ReceiptHandle& handle) {
    return queue.settings().fifo ? fifo::check_held(batch, queue, handle) : standard::check_held(batch, queue, handle);
}

Errc change_visibility(Batch& batch, Queue& queue, const ReceiptHandle& handle, Milliseconds visibility_timeout) {
    freshen(batch, queue);
    return queue.settings().fifo ? fifo::change_visibility(batch, queue, handle, visibility_timeout)
                                 : standard::change_visibility(batch, queue, handle, visibility_timeout);
}

void give_back(Batch& batch, Queue& queue, const ReceiptHandle& handle) {
    freshen(batch, queue);
    if (queue.settings().fifo) {
        fifo::give_back(batch, queue, handle);
    } else {
        standard::give_back(batch, queue, handle);
    }
}

bool expire(Batch& batch, Queue& queue, std::uint64_t sequence) {
    return queue.settings().fifo ? fifo::expire(batch, queue, sequence) : standard::expire(batch, queue, sequence);
}

std::optional<TakenMessage> take_first(Batch& batch, Queue& queue, const Accept& accept) {
    freshen(batch, queue);
    return queue.settings().fifo ? fifo::take_first(batch, queue, accept) : standard::take_first(batch, queue, accept);
}

bool freshen(Batch& batch, Queue& queue) {
    if (queue.crossed_in_batch == batch.number) return true;
    const bool done = queue.settings().fifo ? fifo::freshen(batch, queue) : standard::freshen(batch, queue);
    if (done) queue.crossed_in_batch = batch.number;
    return done;
}

std::optional<Timestamp> next_moment(const store::ReadTransaction& transaction, const Queue& queue, Timestamp now) {
    auto next = schedule::next_moment(transaction, queue.storage(), SchedulePosition::end_of(now));
    if (!queue.settings().fifo) return next;
    const auto release = fifo::next_release(transaction, queue);
    if (release && (!next || *release < *next)) next = release;
    return next;
}

ReceivedMessage hand_out(std::uint64_t sequence, BytesView record_bytes, const MessageRecord& record) {
    ReceivedMessage message;
    message.record = Bytes(record_bytes);
    message.sequence = sequence;
    message.dead_letter_source = std::string(record.dead_letter_source);
    return message;
}

ReceiptHandle handle_of(const Queue& queue, std::uint64_t sequence, const MessageRecord& record, Timestamp available_at,
                        std::uint32_t receive_count) {
    return {.queue = queue.id,
            .storage = queue.storage(),
            .sequence = sequence,
            .secret = record.secret,
            .available_at = available_at,
            .receive_count = receive_count};
}

DeadLetterTarget dead_letter_target(Batch& batch, const Queue& queue, std::uint32_t receive_count) {
    const auto& policy = queue.settings().redrive_policy;
    if (!policy || receive_count < policy->receive_count_max) return {};
    const auto target = batch.queues.find(
        batch.transaction, {hidden_names::dead_letter_namespace(queue.row.queue), policy->dead_letter_queue});
    // A message is never lost to a dead-letter queue that is not there: it goes on being delivered.
    if (!target.has_value() || *target == &queue) return {};
    if ((*target)->settings().fifo != queue.settings().fifo) return {};
    return {*target};
}

void add_dead_letter(Batch& batch, const Queue& source, Queue& target, BytesView record_bytes,
                     const EarlierReceives& earlier) {
    auto record = decode_message(record_bytes);
    if (!record) return;
    record->dead_letter_source = source.row.queue.name;
    record->first_available_at = batch.now;
    enqueue(batch, target, *record, earlier);
    ++batch.counters.messages_dead_lettered;
}

}  // namespace tern::engine::kind
