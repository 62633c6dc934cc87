#include "broker/engine/rows.hpp"

#include <algorithm>

namespace tern::engine {
namespace {

// A layout may grow at its end: a shorter row reads as if the new fields were zero, a longer one is cut.
template <class Layout>
Layout load(BytesView bytes) {
    Layout layout{};
    std::memcpy(&layout, bytes.data(), std::min(bytes.size(), sizeof layout));
    return layout;
}

constexpr std::uint8_t flag_in_flight = 1;
constexpr std::uint8_t flag_has_position = 2;

struct [[gnu::packed]] ScheduleLayout {
    std::uint32_t receive_count;
    std::uint8_t flags;
    std::int64_t first_received_at;
    std::int64_t received_at;
};

struct [[gnu::packed]] FifoLayout {
    std::uint32_t receive_count;
    std::uint8_t flags;
    std::int64_t first_received_at;
    std::int64_t received_at;
    std::int64_t deadline;
};

struct [[gnu::packed]] GroupLayout {
    std::uint64_t ordinal;
    std::int64_t scheduled_at;
    std::uint32_t in_flight;
    /// Zero: none.
    std::int64_t release_at;
};

struct [[gnu::packed]] CountersLayout {
    std::uint32_t storage;
    std::uint64_t next_sequence;
    std::uint64_t next_group_ordinal;
    std::uint64_t visible;
    std::uint64_t in_flight;
    std::uint64_t delayed;
    std::int64_t crossed_at;
    std::uint64_t crossed_sequence;
    std::uint64_t sent;
    std::uint64_t received;
    std::uint64_t deleted;
    std::uint64_t damaged;
    std::int64_t retention_due;
    std::int64_t purged_at;
    std::uint64_t swept_to;
};

struct [[gnu::packed]] DeduplicationLayout {
    std::uint64_t id_high;
    std::uint64_t id_low;
    std::uint64_t sequence;
    std::int64_t sent_at;
};

}  // namespace

RowBytes<21> encode(const ScheduleEntry& entry) {
    const auto flags = static_cast<std::uint8_t>((entry.in_flight ? flag_in_flight : 0) |
                                                 (entry.has_position ? flag_has_position : 0));
    if (entry.receive_count == 0 && flags == 0) return {};
    return RowBytes<21>(
        ScheduleLayout{entry.receive_count, flags, entry.first_received_at.ms(), entry.received_at.ms()});
}

ScheduleEntry decode_schedule_entry(BytesView bytes) {
    if (bytes.empty()) return {};
    const auto layout = load<ScheduleLayout>(bytes);
    return {.receive_count = layout.receive_count,
            .in_flight = (layout.flags & flag_in_flight) != 0,
            .has_position = (layout.flags & flag_has_position) != 0,
            .first_received_at = Timestamp(layout.first_received_at),
            .received_at = Timestamp(layout.received_at)};
}

RowBytes<29> encode(const FifoEntry& entry) {
    if (entry.receive_count == 0 && !entry.in_flight) return {};
    return RowBytes<29>(FifoLayout{entry.receive_count, entry.in_flight ? flag_in_flight : std::uint8_t{0},
                                   entry.first_received_at.ms(), entry.received_at.ms(), entry.deadline.ms()});
}

FifoEntry decode_fifo_entry(BytesView bytes) {
    if (bytes.empty()) return {};
    const auto layout = load<FifoLayout>(bytes);
    return {.receive_count = layout.receive_count,
            .in_flight = (layout.flags & flag_in_flight) != 0,
            .first_received_at = Timestamp(layout.first_received_at),
            .received_at = Timestamp(layout.received_at),
            .deadline = Timestamp(layout.deadline)};
}

RowBytes<28> encode(const FifoGroup& group) {
    return RowBytes<28>(GroupLayout{group.ordinal, group.scheduled_at.ms(), group.in_flight,
                                    group.release_at.value_or(Timestamp()).ms()});
}

FifoGroup decode_fifo_group(BytesView bytes) {
    const auto layout = load<GroupLayout>(bytes);
    std::optional<Timestamp> release_at;
    if (layout.release_at != 0) release_at = Timestamp(layout.release_at);
    return {layout.ordinal, Timestamp(layout.scheduled_at), layout.in_flight, release_at};
}

RowBytes<124> encode(const QueueCounters& counters) {
    return RowBytes<124>(CountersLayout{counters.storage, counters.next_sequence, counters.next_group_ordinal,
                                        counters.visible, counters.in_flight, counters.delayed,
                                        counters.crossed.available_at.ms(), counters.crossed.sequence, counters.sent,
                                        counters.received, counters.deleted, counters.damaged,
                                        counters.retention_due.ms(), counters.purged_at.ms(), counters.swept_to});
}

QueueCounters decode_queue_counters(BytesView bytes) {
    const auto layout = load<CountersLayout>(bytes);
    return {.storage = layout.storage,
            .next_sequence = layout.next_sequence,
            .next_group_ordinal = layout.next_group_ordinal,
            .visible = layout.visible,
            .in_flight = layout.in_flight,
            .delayed = layout.delayed,
            .crossed = {Timestamp(layout.crossed_at), layout.crossed_sequence},
            .sent = layout.sent,
            .received = layout.received,
            .deleted = layout.deleted,
            .damaged = layout.damaged,
            .retention_due = Timestamp(layout.retention_due),
            .purged_at = Timestamp(layout.purged_at),
            .swept_to = layout.swept_to};
}

RowBytes<32> encode(const DeduplicationEntry& entry) {
    return RowBytes<32>(DeduplicationLayout{entry.id.high, entry.id.low, entry.sequence, entry.sent_at.ms()});
}

DeduplicationEntry decode_deduplication_entry(BytesView bytes) {
    const auto layout = load<DeduplicationLayout>(bytes);
    return {{layout.id_high, layout.id_low}, layout.sequence, Timestamp(layout.sent_at)};
}

}  // namespace tern::engine
