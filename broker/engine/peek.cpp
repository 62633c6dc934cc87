#include <algorithm>

#include "broker/engine/fifo_delay.hpp"
#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/messages.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// A snapshot must not live long: a peek that finds too little among this many entries shows what it has found.
constexpr std::size_t looked_at_max = 100'000;
constexpr std::uint64_t answer_bytes_max = 16u << 20;

/// Gathers messages until there are enough.
class Peek {
public:
    Peek(const store::ReadTransaction& snapshot, Timestamp now, const Queue& queue, const PeekFilter& filter)
        : snapshot_(snapshot),
          now_(now),
          queue_(queue),
          filter_(filter) {}

    Messages run() {
        if (queue_.settings().fifo) {
            walk_messages();
        } else {
            walk_schedule(keys::storage(queue_.storage()), filter_.visible);
            walk_schedule(keys::schedule(queue_.storage(), SchedulePosition::end_of(now_)),
                          filter_.in_flight || filter_.delayed);
        }
        return std::move(found_);
    }

private:
    bool enough() const {
        return found_.messages.size() >= static_cast<std::size_t>(filter_.messages_max) ||
               looked_at_ >= looked_at_max || answer_bytes_ >= answer_bytes_max;
    }

    /// The visible part of a standard queue's schedule ends now; what is in flight or delayed comes after it.
    void walk_schedule(const store::Key& from, bool wanted) {
        if (!wanted) return;
        const auto prefix = keys::storage(queue_.storage());
        const bool visible_part = from.size() == prefix.size();
        const auto cursor = snapshot_.cursor(Table::queue_schedule);
        for (bool more = cursor->seek(from.view()); more && !enough(); more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            ++looked_at_;
            const auto at = keys::position_of(cursor->key());
            if (visible_part && at.available_at > now_) break;
            const auto entry = decode_schedule_entry(cursor->value().bytes());
            if (!visible_part && !(entry.in_flight ? filter_.in_flight : filter_.delayed)) continue;
            show(at.sequence, at.available_at, entry.receive_count, entry.first_received_at);
        }
    }

    /// FIFO queues are shown in the order in which the messages were sent.
    void walk_messages() {
        const auto prefix = keys::storage(queue_.storage());
        const auto cursor = snapshot_.cursor(Table::queue_messages);
        for (bool more = cursor->seek(prefix.view()); more && !enough(); more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            ++looked_at_;
            const auto value = cursor->value();
            const auto record = value ? decode_message(value.bytes()) : std::nullopt;
            if (!record) continue;
            const auto sequence = keys::sequence_of(cursor->key());
            const auto entry = fifo::find_entry(snapshot_, queue_.storage(), record->group_id, sequence);
            if (!entry) {
                show_delayed(sequence);
                continue;
            }
            const bool in_flight = entry->in_flight && entry->deadline > now_;
            if (!(in_flight ? filter_.in_flight : filter_.visible)) continue;
            show(sequence, in_flight ? entry->deadline : record->first_available_at, entry->receive_count,
                 entry->first_received_at);
        }
    }

    void show_delayed(std::uint64_t sequence) {
        const auto delayed = fifo::find_delayed(snapshot_, queue_, sequence);
        if (!delayed || !(delayed->until <= now_ ? filter_.visible : filter_.delayed)) return;
        show(sequence, delayed->until, delayed->earlier.count, delayed->earlier.first_at);
    }

    void show(std::uint64_t sequence, Timestamp available_at, std::uint32_t receive_count,
              Timestamp first_received_at) {
        const auto message = read_message(snapshot_, queue_.storage(), sequence);
        // One that is in flight lives until its visibility timeout ends.
        const bool in_flight = receive_count > 0 && available_at > now_;
        if (!message.present() || (!in_flight && expired(queue_.settings(), message.record, now_))) return;
        auto shown = kind::hand_out(sequence, message.value.bytes(), message.record);
        shown.available_at = available_at;
        shown.receive_count = receive_count;
        shown.first_received_at = first_received_at;
        answer_bytes_ += shown.record.size();
        found_.messages.push_back(std::move(shown));
    }

    const store::ReadTransaction& snapshot_;
    Timestamp now_;
    const Queue& queue_;
    const PeekFilter& filter_;
    Messages found_;
    std::size_t looked_at_ = 0;
    std::uint64_t answer_bytes_ = 0;
};

}  // namespace

Result<Messages> peek(const store::ReadTransaction& snapshot, Timestamp now, const QueueName& name,
                      const PeekFilter& filter) {
    if (filter.messages_max < 1 || filter.messages_max > static_cast<std::int64_t>(protocol::peek_messages_max))
        return Errc::peek_max_invalid;
    const auto queue = read_queue(snapshot, name);
    if (!queue.has_value()) return queue.error();
    return Peek(snapshot, now, *queue, filter).run();
}

}  // namespace tern::engine
