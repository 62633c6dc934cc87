#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"

/// The engine's small rows of fixed layout, little-endian, read by memcpy (docs/storage.md).
namespace tern::engine {

/// The bytes of a row, without heap: rows are written with every command.
template <std::size_t bytes_max>
class RowBytes {
public:
    RowBytes() = default;
    template <class Layout>
    explicit RowBytes(const Layout& layout) : size_(sizeof layout) {
        static_assert(sizeof layout <= bytes_max);
        std::memcpy(bytes_.data(), &layout, sizeof layout);
    }
    operator BytesView() const { return {bytes_.data(), size_}; }

private:
    std::array<char, bytes_max> bytes_{};
    std::size_t size_ = 0;
};

/// A place in a queue's schedule.
struct SchedulePosition {
    Timestamp available_at{};
    std::uint64_t sequence = 0;

    auto operator<=>(const SchedulePosition&) const = default;
    /// Behind every entry of that moment.
    static SchedulePosition end_of(Timestamp at) { return {at, std::numeric_limits<std::uint64_t>::max()}; }
};

/// What changes about a message of a standard queue: the value of its schedule entry, empty while all is zero.
struct ScheduleEntry {
    std::uint32_t receive_count = 0;
    /// It was received and its visibility timeout has not been counted over yet.
    bool in_flight = false;
    /// queue_positions has a row for it.
    bool has_position = false;
    Timestamp first_received_at{};
    Timestamp received_at{};
};

/// What changes about a message of a FIFO queue: the value of its row in its group's order.
struct FifoEntry {
    std::uint32_t receive_count = 0;
    bool in_flight = false;
    Timestamp first_received_at{};
    Timestamp received_at{};
    /// When its visibility timeout ends.
    Timestamp deadline{};
};

/// A message group that has messages.
struct FifoGroup {
    /// The last part of its schedule key.
    std::uint64_t ordinal = 0;
    /// The available-at of its schedule key: since when its first message can be received, or, while that is in flight,
    /// when the next of its messages comes back.
    Timestamp scheduled_at{};
    std::uint32_t in_flight = 0;
    /// When the next of its messages comes back, while the first can be received: a schedule key of its own.
    std::optional<Timestamp> release_at{};
};

/// What changes about a queue with every commit that touches it.
struct QueueCounters {
    std::uint32_t storage = 0;
    std::uint64_t next_sequence = 1;
    std::uint64_t next_group_ordinal = 1;
    std::uint64_t visible = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t delayed = 0;
    /// The place in the schedule up to which the three counters above are true.
    SchedulePosition crossed;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t deleted = 0;
    std::uint64_t damaged = 0;
    /// When retention is looked at next: the key of its row in the agenda; 0 when there is none.
    Timestamp retention_due{};
    Timestamp purged_at{};
    /// Where the sweep for expired messages goes on; 0 between two sweeps.
    std::uint64_t swept_to = 0;
};

/// An earlier send, to which a repetition within the window is answered.
struct DeduplicationEntry {
    MessageId id;
    std::uint64_t sequence = 0;
    Timestamp sent_at{};
};

RowBytes<21> encode(const ScheduleEntry& entry);
RowBytes<29> encode(const FifoEntry& entry);
RowBytes<28> encode(const FifoGroup& group);
RowBytes<124> encode(const QueueCounters& counters);
RowBytes<32> encode(const DeduplicationEntry& entry);

ScheduleEntry decode_schedule_entry(BytesView bytes);
FifoEntry decode_fifo_entry(BytesView bytes);
FifoGroup decode_fifo_group(BytesView bytes);
QueueCounters decode_queue_counters(BytesView bytes);
DeduplicationEntry decode_deduplication_entry(BytesView bytes);

}  // namespace tern::engine
