#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::store {

/// The ordered tables of a data folder. Keys are big-endian, so that their byte order is the order the broker needs.
/// Values of this enum are not stored; the names below are.
enum class Table : std::uint8_t {
    meta,              // name -> format version, the broker's own counters, last time seen
    catalog,           // kind, namespace, 0, name -> id
    queues,            // queue -> settings, tags
    queue_counters,    // queue -> counts, next sequence: rewritten in each commit that touches the queue
    queue_messages,    // storage, sequence -> message
    queue_schedule,    // storage, available at, sequence (FIFO: group ordinal) -> what changes about a message (FIFO:
                       // group name)
    queue_positions,   // storage, sequence -> available at, for messages that are not where their message row says
    fifo_groups,       // storage, group name -> group
    fifo_order,        // storage, group name, sequence -> what changes about a message
    fifo_delayed,      // storage, sequence -> sent at, group name
    deduplication,     // storage, scope, deduplication id -> sequence, message id, time
    receive_attempts,  // storage, attempt id -> what was received
    dead_letter_sources,  // namespace, name of the dead-letter queue, source queue -> nothing
    move_tasks,           // task -> progress
    agenda,               // due at, kind, subject -> what is to be done then
    streams,              // stream -> settings
    stream_partitions,    // stream, partition -> offsets, counters: rewritten in each commit that touches the partition
    stream_log,           // stream, partition, last offset -> a block: its header, whole record batches
    stream_times,         // stream, partition, highest timestamp below an offset -> that offset
    stream_producers,     // stream, partition, producer -> epoch, its last batches
    stream_groups,        // stream, group -> nothing: the group has committed offsets there
    groups,               // group -> name, strategy, generation
    group_members,        // group, member -> subscription, assignment
    group_offsets,        // group, stream, partition -> offset, metadata, time
    topics,               // topic -> settings, tags, epoch
    subscriptions,        // topic, subscription -> queue, pattern, filter policy
    subscription_counters,  // topic, subscription -> delivered, failed: rewritten in each commit that delivers
    retained_subjects,      // topic, subject -> number
    retained,               // topic, number -> the last publication of that subject
};

inline constexpr std::size_t table_count = 29;

struct TableTraits {
    std::string_view name;
    /// A sealed table's values carry a CRC-32C, are checked when read, and are cut into pages when long.
    bool sealed;
    /// The length of every key in a sealed table; 0 where keys have various lengths.
    std::size_t key_bytes;
    /// The format version (format.hpp) that brought the table.
    std::uint32_t since = 1;
};

inline constexpr std::array<TableTraits, table_count> table_traits = {{
    {"meta", false, 0},
    {"catalog", false, 0},
    {"queues", true, 4},
    {"queue_counters", false, 4},
    {"queue_messages", true, 12},
    {"queue_schedule", false, 20},
    {"queue_positions", false, 12},
    {"fifo_groups", false, 0},
    {"fifo_order", false, 0},
    {"fifo_delayed", false, 12},
    {"deduplication", false, 0},
    {"receive_attempts", false, 0},
    {"dead_letter_sources", false, 0},
    {"move_tasks", true, 8},
    {"agenda", false, 0},
    {"streams", true, 4, 2},
    {"stream_partitions", false, 8, 2},
    {"stream_log", true, 16, 2},
    {"stream_times", false, 16, 2},
    {"stream_producers", false, 16, 2},
    {"stream_groups", false, 8, 2},
    {"groups", true, 4, 2},
    {"group_members", true, 12, 2},
    {"group_offsets", true, 12, 2},
    {"topics", true, 4, 3},
    {"subscriptions", true, 8, 3},
    {"subscription_counters", false, 8, 3},
    {"retained_subjects", false, 0, 3},
    {"retained", true, 12, 3},
}};

constexpr const TableTraits& traits_of(Table table) {
    return table_traits[static_cast<std::size_t>(table)];
}

/// The longest key that LMDB takes.
inline constexpr std::size_t key_bytes_max = 511;
/// The longest value of an unsealed table: one page less its header (see docs/storage.md).
inline constexpr std::size_t unsealed_value_bytes_max = 4080;

}  // namespace tern::store
