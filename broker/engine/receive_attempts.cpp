#include "broker/engine/receive_attempts.hpp"

#include "broker/engine/agenda.hpp"
#include "broker/engine/fields.hpp"
#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/messages.hpp"
#include "broker/engine/retention.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::receive_attempts {
namespace {

using store::Table;

struct AttemptedMessage {
    std::uint64_t sequence = 0;
    std::uint32_t receive_count = 0;
    /// As the receipt handle has it.
    Timestamp available_at;
    /// As the attempt, or its latest repetition, left it.
    Timestamp deadline;
};

struct Attempt {
    Timestamp at;
    std::vector<AttemptedMessage> messages;
};

Bytes encode(const Attempt& attempt) {
    FieldWriter to;
    to(attempt.at.ms())(static_cast<std::uint32_t>(attempt.messages.size()));
    for (const auto& message : attempt.messages)
        to(message.sequence)(message.receive_count)(message.available_at.ms())(message.deadline.ms());
    return to.take();
}

Attempt decode(BytesView bytes) {
    FieldReader from(bytes);
    Attempt attempt;
    std::int64_t at = 0;
    std::uint32_t count = 0;
    from(at)(count);
    attempt.at = Timestamp(at);
    while (count-- > 0 && !from.at_end()) {
        auto& message = attempt.messages.emplace_back();
        std::int64_t available_at = 0;
        std::int64_t deadline = 0;
        from(message.sequence)(message.receive_count)(available_at)(deadline);
        message.available_at = Timestamp(available_at);
        message.deadline = Timestamp(deadline);
    }
    return attempt;
}

bool open(const Attempt& attempt, Timestamp now) {
    return now < attempt.at + window;
}

/// A message of an attempt as it is now, if nobody touched it since.
struct Untouched {
    Bytes record;
    Bytes group;
    fifo::OrderedMessage message;
};
std::optional<Untouched> untouched(const Batch& batch, const Queue& queue, const AttemptedMessage& attempted) {
    const auto stored = read_message(batch.transaction, queue.storage(), attempted.sequence);
    if (!stored.present()) return std::nullopt;
    const auto entry = fifo::find_entry(batch.transaction, queue.storage(), stored.record.group_id, attempted.sequence);
    if (!entry || !entry->in_flight || entry->receive_count != attempted.receive_count) return std::nullopt;
    if (entry->deadline != attempted.deadline || entry->deadline <= batch.now) return std::nullopt;
    return Untouched{Bytes(stored.value.bytes()), Bytes(stored.record.group_id), {attempted.sequence, *entry}};
}

ReceivedMessage hand_out_again(Batch& batch, Queue& queue, AttemptedMessage& attempted, Untouched& untouched,
                               Milliseconds visibility_timeout) {
    const auto record = decode_message(untouched.record);
    auto received = kind::hand_out(attempted.sequence, untouched.record, *record);
    auto& entry = untouched.message.entry;
    received.receive_count = entry.receive_count;
    received.first_received_at = entry.first_received_at;
    received.receipt_handle =
        encode(kind::handle_of(queue, attempted.sequence, *record, attempted.available_at, attempted.receive_count));
    entry.deadline = attempted.deadline = batch.now + visibility_timeout;
    received.available_at = entry.deadline;
    fifo::put_entry(batch, queue, untouched.group, untouched.message);
    retention::expect_back(batch, queue, record->sent_at, entry.deadline);
    if (auto group = fifo::find_group(batch.transaction, queue.storage(), untouched.group)) {
        fifo::release_due(batch, queue, *group);
        fifo::settle(batch, queue, *group);
    }
    return received;
}

}  // namespace

std::optional<std::vector<ReceivedMessage>> repeat(Batch& batch, Queue& queue, BytesView attempt_id,
                                                   Milliseconds visibility_timeout) {
    const auto key = keys::attempt(queue.storage(), attempt_id);
    const auto stored = batch.transaction.get(Table::receive_attempts, key.view());
    if (!stored) return std::nullopt;
    auto attempt = decode(stored.bytes());
    if (!open(attempt, batch.now)) return std::nullopt;

    std::vector<Untouched> all;
    for (const auto& attempted : attempt.messages) {
        auto found = untouched(batch, queue, attempted);
        if (!found) return std::nullopt;
        all.push_back(std::move(*found));
    }
    // A visibility timeout of 0 would end the flight of messages that the first answer's reader may be working on.
    if (visibility_timeout.count() == 0) return std::nullopt;

    std::vector<ReceivedMessage> received;
    for (std::size_t i = 0; i < all.size(); ++i)
        received.push_back(hand_out_again(batch, queue, attempt.messages[i], all[i], visibility_timeout));
    batch.transaction.put(Table::receive_attempts, key.view(), encode(attempt));
    return received;
}

void remember(Batch& batch, const Queue& queue, BytesView attempt_id, const std::vector<ReceivedMessage>& messages) {
    Attempt attempt{batch.now, {}};
    for (const auto& message : messages)
        attempt.messages.push_back(
            {message.sequence, message.receive_count, message.available_at, message.available_at});
    const auto key = keys::attempt(queue.storage(), attempt_id);
    batch.transaction.put(Table::receive_attempts, key.view(), encode(attempt));
    agenda::add(batch.transaction, agenda::rounded_up(batch.now + window), agenda::Kind::forget_attempt, key.view());
}

void forget(Batch& batch, BytesView row_key) {
    const auto stored = batch.transaction.get(Table::receive_attempts, row_key);
    if (stored && !open(decode(stored.bytes()), batch.now)) batch.transaction.erase(Table::receive_attempts, row_key);
}

}  // namespace tern::engine::receive_attempts
