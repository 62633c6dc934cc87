#include "broker/engine/fifo_queue.hpp"

#include <algorithm>

#include "broker/engine/fifo_delay.hpp"
#include "broker/engine/messages.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/retention.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::fifo {
namespace {

/// docs/aws.md sqs-31: counted from the receive, whatever happened in between.
constexpr Milliseconds total_visibility_max = std::chrono::seconds(43'200);

/// A handle holds while its receive is the latest one and its visibility timeout has not passed (docs/aws.md sqs-30).
bool holds(const FifoEntry& entry, const ReceiptHandle& handle, Timestamp now) {
    return entry.in_flight && entry.receive_count == handle.receive_count && entry.deadline > now;
}

/// A message with its place in its group, as a receipt handle leads to it.
struct Held {
    Timestamp sent_at;
    Group group;
    OrderedMessage message;
};

/// Errors: as message_of; `gone` when the message is no more; `stale` when the handle does not hold.
Result<Held> held_by(const Batch& batch, const Queue& queue, const ReceiptHandle& handle, Errc gone, Errc stale) {
    const auto stored = message_of(batch.transaction, queue, handle);
    if (!stored.has_value()) return stored.error();
    if (!stored->present()) return gone;
    auto group = find_group(batch.transaction, queue.storage(), stored->record.group_id);
    const auto entry = find_entry(batch.transaction, queue.storage(), stored->record.group_id, handle.sequence);
    if (!group || !entry || !holds(*entry, handle, batch.now)) return stale;
    return Held{stored->record.sent_at, std::move(*group), {handle.sequence, *entry}};
}

/// Ends the flight of a message without removing it.
void land(Batch& batch, Queue& queue, Held& held) {
    retention::expect_back(batch, queue, held.sent_at, batch.now);
    held.message.entry.in_flight = false;
    held.message.entry.deadline = batch.now;
    put_entry(batch, queue, held.group.name, held.message);
    --held.group.row.in_flight;
    count_back(batch, queue);
    ++queue.counters.visible;
    settle(batch, queue, held.group);
}

void erase_visible(Batch& batch, Queue& queue, const Group& group, std::uint64_t sequence) {
    erase_entry(batch, queue, group.name, sequence);
    erase_message(batch, queue, sequence);
    --queue.counters.visible;
}

/// One receive at work: takes from group after group until the answer is full.
class Receiving {
public:
    Receiving(Batch& batch, Queue& queue, const ReceiveOrder& order, std::size_t room, std::vector<ReceivedMessage>& to)
        : batch_(batch),
          queue_(queue),
          order_(order),
          room_(room),
          to_(to) {}

    bool full() const { return to_.size() >= room_ || stopped_; }
    /// The batch's share of due work is used up.
    bool out_of_work() const { return out_of_work_; }

    void take_from(Group& group) {
        release_due(batch_, queue_, group);
        // As many as it can: behind those that were dropped, others follow. Nothing overtakes a message in flight.
        std::uint64_t from = 0;
        bool blocked = false;
        while (!full() && !blocked) {
            const auto messages =
                messages_from(batch_.transaction, queue_.storage(), group.name, from, room_ - to_.size());
            if (messages.empty()) break;
            for (const auto& message : messages) {
                blocked = message.entry.in_flight;
                if (full() || blocked) break;
                take(group, message);
            }
            from = messages.back().sequence + 1;
        }
        settle(batch_, queue_, group);
    }

private:
    void take(Group& group, const OrderedMessage& message) {
        const auto stored = read_message(batch_.transaction, queue_.storage(), message.sequence);
        if (!stored.present()) return set_damaged_aside(group, message);
        if (drop(group, message, stored)) return;
        if (stopped_) return;

        answer_bytes_ += stored.value.bytes().size();
        if (!to_.empty() && answer_bytes_ > batch_.limits.receive_answer_bytes_max) {
            stopped_ = true;
            return;
        }
        hand_out(group, message, stored);
    }

    void hand_out(Group& group, OrderedMessage message, const StoredMessage& stored) {
        auto received = kind::hand_out(message.sequence, stored.value.bytes(), stored.record);
        auto& entry = message.entry;
        if (entry.receive_count == 0) entry.first_received_at = batch_.now;
        ++entry.receive_count;
        entry.received_at = batch_.now;
        entry.deadline = batch_.now + order_.visibility_timeout;
        entry.in_flight = order_.visibility_timeout.count() > 0;
        received.receive_count = entry.receive_count;
        received.first_received_at = entry.first_received_at;
        received.available_at = entry.deadline;
        received.receipt_handle =
            encode(kind::handle_of(queue_, message.sequence, stored.record, entry.deadline, entry.receive_count));
        put_entry(batch_, queue_, group.name, message);
        if (entry.in_flight) {
            ++group.row.in_flight;
            --queue_.counters.visible;
            ++queue_.counters.in_flight;
        }
        ++queue_.counters.received;
        ++batch_.counters.messages_received;
        to_.push_back(std::move(received));
    }

    /// True when the message was dropped: expired, or received too often.
    bool drop(const Group& group, const OrderedMessage& message, const StoredMessage& stored) {
        const bool is_expired = expired(queue_.settings(), stored.record, batch_.now);
        const auto target = is_expired ? kind::DeadLetterTarget{}
                                       : kind::dead_letter_target(batch_, queue_, message.entry.receive_count);
        if (!is_expired && target.queue == nullptr) return false;
        if (!batch_.take_due_work()) {
            stopped_ = out_of_work_ = true;
            return false;
        }
        const Bytes record(stored.value.bytes());
        erase_visible(batch_, queue_, group, message.sequence);
        ++dropped_;
        if (is_expired) {
            ++batch_.counters.messages_expired;
        } else {
            kind::add_dead_letter(batch_, queue_, *target.queue, record,
                                  {message.entry.receive_count, message.entry.first_received_at});
        }
        return true;
    }

    /// The row of a damaged message stays for `tern check` to name; its group goes on without it.
    void set_damaged_aside(const Group& group, const OrderedMessage& message) {
        erase_entry(batch_, queue_, group.name, message.sequence);
        --queue_.counters.visible;
        ++queue_.counters.damaged;
        ++batch_.counters.messages_damaged;
        ++dropped_;
    }

    Batch& batch_;
    Queue& queue_;
    const ReceiveOrder& order_;
    std::size_t room_;
    std::vector<ReceivedMessage>& to_;
    std::uint64_t answer_bytes_ = 0;
    std::size_t dropped_ = 0;
    bool stopped_ = false;
    bool out_of_work_ = false;
};

}  // namespace

void add(Batch& batch, Queue& queue, std::uint64_t sequence, const MessageRecord& record,
         const EarlierReceives& earlier) {
    const Bytes group(record.group_id);
    put_message(batch, queue, sequence, record);
    if (must_wait(queue)) {
        delay(batch, queue, group, sequence, earlier);
    } else {
        admit(batch, queue, group, batch.now,
              {sequence, {.receive_count = earlier.count, .first_received_at = earlier.first_at}});
    }
}

ReceiveEnd receive(Batch& batch, Queue& queue, const ReceiveOrder& order, std::vector<ReceivedMessage>& to) {
    // Past the limit a FIFO queue gives no error, just no more (docs/aws.md sqs-28).
    const auto in_flight_max = batch.limits.in_flight_max_fifo;
    if (queue.counters.in_flight >= in_flight_max) return ReceiveEnd::complete;
    const auto room = std::min<std::uint64_t>(order.messages_max, in_flight_max - queue.counters.in_flight);

    Receiving receiving(batch, queue, order, room, to);
    // Groups are available at once when the visibility timeout is 0: each is asked once.
    std::vector<Bytes> asked;
    while (!receiving.full()) {
        bool met_new = false;
        for (auto& name : first_due_groups(batch.transaction, queue.storage(), batch.now, room + asked.size())) {
            if (receiving.full()) break;
            if (std::find(asked.begin(), asked.end(), name) != asked.end()) continue;
            met_new = true;
            auto group = find_group(batch.transaction, queue.storage(), name);
            asked.push_back(std::move(name));
            if (group) receiving.take_from(*group);
        }
        if (!met_new) break;
    }
    return receiving.out_of_work() && to.empty() ? ReceiveEnd::unfinished : ReceiveEnd::complete;
}

Errc remove(Batch& batch, Queue& queue, const ReceiptHandle& handle) {
    auto held = held_by(batch, queue, handle, Errc::ok, Errc::receipt_handle_expired);
    if (!held.has_value()) return held.error();
    release_due(batch, queue, held->group);
    erase_entry(batch, queue, held->group.name, handle.sequence);
    erase_message(batch, queue, handle.sequence);
    --held->group.row.in_flight;
    count_back(batch, queue);
    settle(batch, queue, held->group);
    ++queue.counters.deleted;
    ++batch.counters.messages_deleted;
    return Errc::ok;
}

Errc check_held(const Batch& batch, const Queue& queue, const ReceiptHandle& handle) {
    const auto held = held_by(batch, queue, handle, Errc::message_not_in_flight, Errc::receipt_handle_expired);
    return held.has_value() ? Errc::ok : held.error();
}

Errc change_visibility(Batch& batch, Queue& queue, const ReceiptHandle& handle, Milliseconds visibility_timeout) {
    auto held = held_by(batch, queue, handle, Errc::message_not_in_flight, Errc::message_not_in_flight);
    if (!held.has_value()) return held.error();
    auto& entry = held->message.entry;
    if (batch.now + visibility_timeout - entry.received_at > total_visibility_max)
        return Errc::total_visibility_exceeded;

    release_due(batch, queue, held->group);
    entry.deadline = batch.now + visibility_timeout;
    if (visibility_timeout.count() == 0) {
        land(batch, queue, *held);
        return Errc::ok;
    }
    retention::expect_back(batch, queue, held->sent_at, entry.deadline);
    put_entry(batch, queue, held->group.name, held->message);
    settle(batch, queue, held->group);
    return Errc::ok;
}

void give_back(Batch& batch, Queue& queue, const ReceiptHandle& handle) {
    auto held = held_by(batch, queue, handle, Errc::ok, Errc::ok);
    if (!held.has_value()) return;
    release_due(batch, queue, held->group);
    --held->message.entry.receive_count;
    --queue.counters.received;
    land(batch, queue, *held);
}

bool expire(Batch& batch, Queue& queue, std::uint64_t sequence) {
    const auto stored = read_message(batch.transaction, queue.storage(), sequence);
    if (!stored.present()) return true;
    auto group = find_group(batch.transaction, queue.storage(), stored.record.group_id);
    if (erase_delayed(batch, queue, sequence)) {
        erase_message(batch, queue, sequence);
        return true;
    }
    if (!group) return true;
    const auto entry = find_entry(batch.transaction, queue.storage(), group->name, sequence);
    if (!entry) return true;
    if (entry->in_flight) return false;
    release_due(batch, queue, *group);
    erase_visible(batch, queue, *group, sequence);
    settle(batch, queue, *group);
    return true;
}

std::optional<kind::TakenMessage> take_first(Batch& batch, Queue& queue, const kind::Accept& accept) {
    while (true) {
        const auto due = first_due_groups(batch.transaction, queue.storage(), batch.now, 1);
        if (due.empty() || !batch.take_due_work()) return std::nullopt;
        auto group = find_group(batch.transaction, queue.storage(), due.front());
        if (!group) return std::nullopt;
        release_due(batch, queue, *group);
        const auto first = first_messages(batch.transaction, queue.storage(), group->name, 1);
        if (first.empty()) {
            settle(batch, queue, *group);
            continue;
        }
        if (first.front().entry.in_flight) continue;
        const auto stored = read_message(batch.transaction, queue.storage(), first.front().sequence);
        if (!stored.present()) {
            erase_entry(batch, queue, group->name, first.front().sequence);
            --queue.counters.visible;
            ++queue.counters.damaged;
            ++batch.counters.messages_damaged;
            settle(batch, queue, *group);
            continue;
        }
        const bool is_expired = expired(queue.settings(), stored.record, batch.now);
        if (!is_expired && !accept(stored.record)) return std::nullopt;
        kind::TakenMessage taken{Bytes(stored.value.bytes())};
        erase_visible(batch, queue, *group, first.front().sequence);
        settle(batch, queue, *group);
        if (!is_expired) return taken;
        ++batch.counters.messages_expired;
    }
}

bool freshen(Batch& batch, Queue& queue) {
    if (!release_delayed(batch, queue)) return false;
    auto& counters = queue.counters;
    const auto end = SchedulePosition::end_of(batch.now);
    if (counters.crossed >= end) return true;

    // Groups with messages in flight have an entry at their next deadline, so those to be released are next in the
    // schedule.
    auto from = counters.crossed;
    std::vector<std::pair<SchedulePosition, Bytes>> due;
    bool all = true;
    if (counters.in_flight > 0) {
        const auto prefix = keys::storage(queue.storage());
        const auto cursor = batch.transaction.cursor(store::Table::queue_schedule);
        for (bool more = cursor->seek(keys::schedule(queue.storage(), from).view()); more; more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            const auto at = keys::position_of(cursor->key());
            if (at > end) break;
            if (at <= from) continue;
            if (!batch.take_due_work()) {
                all = false;
                break;
            }
            due.emplace_back(at, Bytes(cursor->value().bytes()));
        }
    }
    for (const auto& [at, name] : due) {
        auto group = find_group(batch.transaction, queue.storage(), name);
        if (group) release_due(batch, queue, *group);
        from = at;
    }
    counters.crossed = all ? end : from;
    if (!due.empty()) batch.queues.touch(queue);
    return all;
}

}  // namespace tern::engine::fifo
