#pragma once

#include <cstdint>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/rows.hpp"
#include "broker/store/keys.hpp"

/// The keys of the engine's tables (broker/store/table.hpp says what each table is for).
namespace tern::engine::keys {

using store::Key;

/// Moments before the epoch do not occur; a negative one would sort behind all others.
inline std::uint64_t ordered(Timestamp at) {
    return static_cast<std::uint64_t>(at.ms());
}

inline Key queue(std::uint32_t queue) {
    return Key().u32(queue);
}

/// What a catalog row names. Numbers are stored: values are only ever appended.
enum class CatalogKind : std::uint8_t { queue = 1, deleted_queue = 2, stream = 3, group = 4, topic = 5 };
inline Key catalog(CatalogKind kind, const QueueName& name) {
    return Key().u8(static_cast<std::uint8_t>(kind)).text(name.namespace_name).raw(name.name);
}

inline Key storage(std::uint32_t storage) {
    return Key().u32(storage);
}
inline Key message(std::uint32_t storage, std::uint64_t sequence) {
    return Key().u32(storage).u64(sequence);
}
inline Key schedule(std::uint32_t storage, SchedulePosition at) {
    return Key().u32(storage).u64(ordered(at.available_at)).u64(at.sequence);
}
inline Key group(std::uint32_t storage, BytesView name) {
    return Key().u32(storage).text(name);
}
inline Key group_order(std::uint32_t storage, BytesView name, std::uint64_t sequence) {
    return Key().u32(storage).text(name).u64(sequence);
}
/// `scope` is the group id where deduplication is by group, else empty.
inline Key deduplication(std::uint32_t storage, BytesView scope, BytesView id) {
    return Key().u32(storage).text(scope).text(id);
}
inline Key attempt(std::uint32_t storage, BytesView attempt_id) {
    return Key().u32(storage).text(attempt_id);
}
inline Key dead_letter_source(const QueueName& dead_letter_queue, std::uint32_t source) {
    return Key().text(dead_letter_queue.namespace_name).text(dead_letter_queue.name).u32(source);
}
inline Key move_task(std::uint32_t source, std::uint32_t number) {
    return Key().u32(source).u32(number);
}

inline Key stream(std::uint32_t stream) {
    return Key().u32(stream);
}
inline Key partition(std::uint32_t stream, std::uint32_t partition) {
    return Key().u32(stream).u32(partition);
}
/// A block of records, by the offset of its last one: the block that holds an offset is the first not below it.
inline Key block(std::uint32_t stream, std::uint32_t partition, std::uint64_t last_offset) {
    return Key().u32(stream).u32(partition).u64(last_offset);
}
/// Timestamps of records may be negative: the order of the keys is that of the numbers all the same.
inline Key stream_time(std::uint32_t stream, std::uint32_t partition, std::int64_t timestamp_ms) {
    return Key().u32(stream).u32(partition).u64(static_cast<std::uint64_t>(timestamp_ms) ^ (std::uint64_t{1} << 63));
}
inline Key producer(std::uint32_t stream, std::uint32_t partition, std::int64_t producer) {
    return Key().u32(stream).u32(partition).u64(static_cast<std::uint64_t>(producer));
}
inline Key stream_group(std::uint32_t stream, std::uint32_t group) {
    return Key().u32(stream).u32(group);
}
inline Key consumer_group(std::uint32_t group) {
    return Key().u32(group);
}
inline Key group_member(std::uint32_t group, std::uint64_t member) {
    return Key().u32(group).u64(member);
}
inline Key group_offset(std::uint32_t group, std::uint32_t stream, std::uint32_t partition) {
    return Key().u32(group).u32(stream).u32(partition);
}

inline Key topic(std::uint32_t topic) {
    return Key().u32(topic);
}
inline Key subscription(std::uint32_t topic, std::uint32_t subscription) {
    return Key().u32(topic).u32(subscription);
}
/// Subjects have up to 256 bytes.
inline Key retained_subject(std::uint32_t topic, BytesView subject) {
    return Key().u32(topic).raw(subject);
}
inline Key retained(std::uint32_t topic, std::uint64_t number) {
    return Key().u32(topic).u64(number);
}

/// The sequence at the end of a message key.
inline std::uint64_t sequence_of(BytesView message_key) {
    return to_big_endian(load_little<std::uint64_t>(message_key.data() + message_key.size() - sizeof(std::uint64_t)));
}
/// The place that a schedule key tells.
inline SchedulePosition position_of(BytesView schedule_key) {
    const auto at = to_big_endian(load_little<std::uint64_t>(schedule_key.data() + sizeof(std::uint32_t)));
    return {Timestamp(static_cast<std::int64_t>(at)), sequence_of(schedule_key)};
}

}  // namespace tern::engine::keys
