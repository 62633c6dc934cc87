#include "broker/engine/standard_queue.hpp"

#include <algorithm>

#include "broker/engine/messages.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/retention.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/schedule.hpp"

namespace tern::engine::standard {
namespace {

using schedule::Placed;
using store::Table;

/// docs/aws.md sqs-31: counted from the receive, whatever happened in between.
constexpr Milliseconds total_visibility_max = std::chrono::seconds(43'200);

void erase_everywhere(Batch& batch, Queue& queue, const Placed& placed) {
    schedule::take(batch, queue, placed);
    if (placed.entry.has_position)
        batch.transaction.erase(Table::queue_positions, keys::message(queue.storage(), placed.at.sequence).view());
    erase_message(batch, queue, placed.at.sequence);
}

/// The entry of a message whose row is damaged leaves the schedule, so that it is never served; the row stays for
/// `tern check` to name.
void set_damaged_aside(Batch& batch, Queue& queue, const Placed& placed) {
    schedule::take(batch, queue, placed);
    ++queue.counters.damaged;
    ++batch.counters.messages_damaged;
}

/// The entry of the message that a handle speaks of. Every handle ever given leads to it; one that does not, or that
/// tells of a receive that never was, was not given by us.
std::optional<Placed> locate(const Batch& batch, const Queue& queue, const ReceiptHandle& handle,
                             const MessageRecord& record) {
    auto placed = schedule::locate(batch.transaction, queue.storage(), handle.sequence, handle.available_at,
                                   record.first_available_at);
    if (placed && (handle.receive_count == 0 || handle.receive_count > placed->entry.receive_count)) placed.reset();
    return placed;
}

/// Drops a message that has expired, or sends it to the dead-letter queue when it was received too often.
enum class Fate : std::uint8_t { receivable, gone, no_work_left };
Fate fate_of(Batch& batch, Queue& queue, const Placed& placed, const StoredMessage& message) {
    const bool is_expired = expired(queue.settings(), message.record, batch.now);
    const auto target =
        is_expired ? kind::DeadLetterTarget{} : kind::dead_letter_target(batch, queue, placed.entry.receive_count);
    if (!is_expired && target.queue == nullptr) return Fate::receivable;
    if (!batch.take_due_work()) return Fate::no_work_left;

    const Bytes record(message.value.bytes());
    erase_everywhere(batch, queue, placed);
    if (is_expired) {
        ++batch.counters.messages_expired;
    } else {
        kind::add_dead_letter(batch, queue, *target.queue, record,
                              {placed.entry.receive_count, placed.entry.first_received_at});
    }
    return Fate::gone;
}

ReceivedMessage receive_one(Batch& batch, Queue& queue, const Placed& placed, const StoredMessage& message,
                            Milliseconds visibility_timeout) {
    auto received = kind::hand_out(placed.at.sequence, message.value.bytes(), message.record);
    const auto first_available_at = message.record.first_available_at;

    Placed next{{batch.now + visibility_timeout, placed.at.sequence}, placed.entry};
    ++next.entry.receive_count;
    next.entry.in_flight = visibility_timeout.count() > 0;
    next.entry.received_at = batch.now;
    if (placed.entry.receive_count == 0) next.entry.first_received_at = batch.now;

    received.receive_count = next.entry.receive_count;
    received.first_received_at = next.entry.first_received_at;
    received.available_at = next.at.available_at;
    received.receipt_handle = encode(
        kind::handle_of(queue, placed.at.sequence, message.record, next.at.available_at, next.entry.receive_count));

    // Only the handle given now tells the new place: earlier ones, and nobody who has none, would not find it.
    const bool others_look_for_it = placed.entry.receive_count > 0 || !next.entry.in_flight;
    if (placed.entry.has_position || (others_look_for_it && next.at.available_at != first_available_at)) {
        schedule::move(batch, queue, placed, next);
    } else {
        schedule::take(batch, queue, placed);
        schedule::place(batch, queue, next);
    }
    ++queue.counters.received;
    ++batch.counters.messages_received;
    return received;
}

}  // namespace

void add(Batch& batch, Queue& queue, std::uint64_t sequence, const MessageRecord& record,
         const EarlierReceives& earlier) {
    const auto available_at = record.first_available_at;
    put_message(batch, queue, sequence, record);
    schedule::place(
        batch, queue,
        {{available_at, sequence}, {.receive_count = earlier.count, .first_received_at = earlier.first_at}});
    if (available_at <= batch.now) batch.feed(queue);
}

ReceiveEnd receive(Batch& batch, Queue& queue, const ReceiveOrder& order, std::vector<ReceivedMessage>& to) {
    const auto in_flight = queue.counters.in_flight;
    const auto in_flight_max = batch.limits.in_flight_max_standard;
    if (in_flight >= in_flight_max) return ReceiveEnd::over_limit;
    const auto room = std::min<std::uint64_t>(order.messages_max, in_flight_max - in_flight);

    // With a visibility timeout of 0 a message that was just handed out can be met again in the same receive.
    std::vector<std::uint64_t> handed_out;
    std::uint64_t answer_bytes = 0;
    while (to.size() < room) {
        bool met_new = false;
        const auto due =
            schedule::first_due(batch.transaction, queue.storage(), batch.now, room - to.size() + handed_out.size());
        for (const auto& placed : due) {
            if (to.size() >= room) break;
            if (std::find(handed_out.begin(), handed_out.end(), placed.at.sequence) != handed_out.end()) continue;
            met_new = true;
            const auto message = read_message(batch.transaction, queue.storage(), placed.at.sequence);
            if (!message.present()) {
                set_damaged_aside(batch, queue, placed);
                continue;
            }
            const auto fate = fate_of(batch, queue, placed, message);
            if (fate == Fate::no_work_left) return to.empty() ? ReceiveEnd::unfinished : ReceiveEnd::complete;
            if (fate == Fate::gone) continue;
            answer_bytes += message.value.bytes().size();
            if (!to.empty() && answer_bytes > batch.limits.receive_answer_bytes_max) return ReceiveEnd::complete;
            to.push_back(receive_one(batch, queue, placed, message, order.visibility_timeout));
            if (order.visibility_timeout.count() == 0) handed_out.push_back(placed.at.sequence);
        }
        if (!met_new) break;
    }
    return ReceiveEnd::complete;
}

Errc remove(Batch& batch, Queue& queue, const ReceiptHandle& handle) {
    const auto message = message_of(batch.transaction, queue, handle);
    if (!message.has_value()) return message.error();
    if (!message->present()) return Errc::ok;
    const auto placed = locate(batch, queue, handle, message->record);
    if (!placed) return Errc::receipt_handle_invalid;
    // Receives may have waited for the in-flight limit alone.
    if (queue.counters.in_flight >= batch.limits.in_flight_max_standard) batch.feed(queue);
    erase_everywhere(batch, queue, *placed);
    ++queue.counters.deleted;
    ++batch.counters.messages_deleted;
    batch.queues.touch(queue);
    return Errc::ok;
}

Errc check_held(const Batch& batch, const Queue& queue, const ReceiptHandle& handle) {
    const auto message = message_of(batch.transaction, queue, handle);
    if (!message.has_value()) return message.error();
    if (!message->present()) return Errc::message_not_in_flight;
    const auto placed = locate(batch, queue, handle, message->record);
    if (!placed) return Errc::receipt_handle_invalid;
    return placed->entry.receive_count == handle.receive_count ? Errc::ok : Errc::receipt_handle_expired;
}

Errc change_visibility(Batch& batch, Queue& queue, const ReceiptHandle& handle, Milliseconds visibility_timeout) {
    const auto message = message_of(batch.transaction, queue, handle);
    if (!message.has_value()) return message.error();
    if (!message->present()) return Errc::message_not_in_flight;
    const auto placed = locate(batch, queue, handle, message->record);
    if (!placed) return Errc::receipt_handle_invalid;
    if (batch.now + visibility_timeout - placed->entry.received_at > total_visibility_max)
        return Errc::total_visibility_exceeded;

    Placed next{{batch.now + visibility_timeout, handle.sequence}, placed->entry};
    next.entry.in_flight = visibility_timeout.count() > 0;
    schedule::move(batch, queue, *placed, next);
    retention::expect_back(batch, queue, message->record.sent_at, next.at.available_at);
    if (!next.entry.in_flight) batch.feed(queue);
    return Errc::ok;
}

void give_back(Batch& batch, Queue& queue, const ReceiptHandle& handle) {
    const auto message = message_of(batch.transaction, queue, handle);
    if (!message.has_value() || !message->present()) return;
    const auto placed = locate(batch, queue, handle, message->record);
    if (!placed || placed->entry.receive_count != handle.receive_count) return;

    Placed next = *placed;
    next.entry.in_flight = false;
    if (--next.entry.receive_count == 0 && !placed->entry.has_position) {
        next = {{message->record.first_available_at, handle.sequence}, {}};
        schedule::take(batch, queue, *placed);
        schedule::place(batch, queue, next);
    } else {
        next.at.available_at = batch.now;
        schedule::move(batch, queue, *placed, next);
    }
    retention::expect_back(batch, queue, message->record.sent_at, batch.now);
    --queue.counters.received;
    batch.feed(queue);
}

bool expire(Batch& batch, Queue& queue, std::uint64_t sequence) {
    const auto message = read_message(batch.transaction, queue.storage(), sequence);
    if (!message.present()) return true;
    const auto placed =
        schedule::locate(batch.transaction, queue.storage(), sequence, std::nullopt, message.record.first_available_at);
    if (!placed || (placed->entry.in_flight && placed->at > queue.counters.crossed)) return false;
    erase_everywhere(batch, queue, *placed);
    return true;
}

std::optional<kind::TakenMessage> take_first(Batch& batch, Queue& queue, const kind::Accept& accept) {
    while (true) {
        const auto due = schedule::first_due(batch.transaction, queue.storage(), batch.now, 1);
        if (due.empty() || !batch.take_due_work()) return std::nullopt;
        const auto message = read_message(batch.transaction, queue.storage(), due.front().at.sequence);
        if (!message.present()) {
            set_damaged_aside(batch, queue, due.front());
            continue;
        }
        const bool is_expired = expired(queue.settings(), message.record, batch.now);
        if (!is_expired && !accept(message.record)) return std::nullopt;
        kind::TakenMessage taken{Bytes(message.value.bytes())};
        erase_everywhere(batch, queue, due.front());
        if (!is_expired) return taken;
        ++batch.counters.messages_expired;
    }
}

bool freshen(Batch& batch, Queue& queue) {
    return schedule::cross(batch, queue);
}

}  // namespace tern::engine::standard
