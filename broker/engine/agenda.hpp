#pragma once

#include <cstdint>
#include <optional>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/store/keys.hpp"
#include "broker/store/store.hpp"

/// What is to be done at some moment, in the order of those moments: rows (due at, kind, subject) without a value.
/// due_work.hpp does it.
namespace tern::engine::agenda {

/// Numbers are stored: values are only ever appended.
enum class Kind : std::uint8_t {
    retention = 1,             // queue: look for expired messages, oldest first
    expire_message = 2,        // queue, storage, sequence: one that is older than its place in the queue tells
    forget_deduplication = 3,  // the key of the row in table deduplication
    forget_attempt = 4,        // the key of the row in table receive_attempts
    forget_deleted_queue = 5,  // the key of the row in table catalog
    remove_storage = 6,        // storage: erase all rows under it
    move_messages = 7,         // source queue, number of the task
    stream_retention = 8,      // stream, partition: remove the blocks that are too old, too many or truncated
    remove_stream = 9,         // stream: erase all rows under it
    forget_producer = 10,      // the key of the row in table stream_producers
    forget_group = 11,         // group: if it has been without members and commits for long enough
    remove_group = 12,         // group: erase all rows under it
    remove_topic = 13,  // topic, its namespace: erase all rows under it, and the queues of its durable subscriptions
};

struct Item {
    Timestamp due;
    Kind kind{};
    Bytes subject;
};

void add(store::WriteTransaction& transaction, Timestamp due, Kind kind, BytesView subject);
void remove(store::WriteTransaction& transaction, const Item& item);
/// The item that is due first, whenever that is.
std::optional<Item> first(const store::ReadTransaction& transaction);

/// Deadlines that need not be met to the millisecond share one: the next full second.
inline Timestamp rounded_up(Timestamp at) {
    return Timestamp((at.ms() + 999) / 1000 * 1000);
}

}  // namespace tern::engine::agenda
