#include "broker/engine/stream_producers.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "broker/engine/agenda.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine {
namespace {

using store::Table;

struct [[gnu::packed]] BatchLayout {
    std::int32_t first_sequence;
    std::int32_t last_sequence;
    std::uint64_t base_offset;
};

struct [[gnu::packed]] ProducerLayout {
    std::int16_t epoch;
    std::int64_t last_at;
    std::int64_t forget_due;
    std::uint8_t batches_known;
    BatchLayout batches[5];
};

store::Key key_of(const Partition& partition, const protocol::BatchHeader& header) {
    return keys::producer(partition.id.stream, partition.id.partition, header.producer.id);
}

std::optional<ProducerRow> find(const Batch& batch, const Partition& partition, const protocol::BatchHeader& header) {
    const auto stored = batch.transaction.get(Table::stream_producers, key_of(partition, header).view());
    if (!stored) return std::nullopt;
    return decode_producer_row(stored.bytes());
}

std::int32_t last_sequence(const protocol::BatchHeader& header) {
    return producers::sequence_after(header.producer.sequence, header.records - 1);
}

}  // namespace

RowBytes<99> encode(const ProducerRow& row) {
    ProducerLayout layout{row.epoch, row.last_at.ms(), row.forget_due.ms(), row.batches_known, {}};
    for (std::size_t at = 0; at < row.batches.size(); ++at) {
        const auto& known = row.batches[at];
        layout.batches[at] = {known.first_sequence, known.last_sequence, known.base_offset};
    }
    return RowBytes<99>(layout);
}

ProducerRow decode_producer_row(BytesView bytes) {
    ProducerLayout layout{};
    std::memcpy(&layout, bytes.data(), std::min(bytes.size(), sizeof layout));
    ProducerRow row;
    row.epoch = layout.epoch;
    row.last_at = Timestamp(layout.last_at);
    row.forget_due = Timestamp(layout.forget_due);
    row.batches_known = std::min(layout.batches_known, static_cast<std::uint8_t>(row.batches.size()));
    for (std::size_t at = 0; at < row.batches.size(); ++at) {
        const auto& stored = layout.batches[at];
        row.batches[at] = {stored.first_sequence, stored.last_sequence, stored.base_offset};
    }
    return row;
}

namespace producers {

std::int32_t sequence_after(std::int32_t sequence, std::int32_t records) {
    constexpr std::int64_t sequences = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
    return static_cast<std::int32_t>((std::int64_t{sequence} + records) % sequences);
}

Verdict check(Batch& batch, const Partition& partition, const protocol::BatchHeader& header) {
    const auto& producer = header.producer;
    if (producer.id < 0) return {};
    if (!batch.streams.gave_out(batch.transaction, producer.id)) return {Errc::producer_unknown};
    const auto known = find(batch, partition, header);
    if (!known) return {};
    if (producer.epoch < known->epoch) return {Errc::producer_fenced};
    if (producer.epoch > known->epoch) return {producer.sequence == 0 ? Errc::ok : Errc::sequence_out_of_order};

    for (std::size_t at = 0; at < known->batches_known; ++at) {
        const auto& earlier = known->batches[at];
        if (earlier.first_sequence == producer.sequence && earlier.last_sequence == last_sequence(header))
            return {Errc::ok, true, earlier.base_offset};
    }
    const bool follows = producer.sequence == sequence_after(known->batches[0].last_sequence, 1);
    return {follows ? Errc::ok : Errc::sequence_out_of_order};
}

void remember(Batch& batch, const Partition& partition, const protocol::BatchHeader& header,
              std::uint64_t base_offset) {
    const auto& producer = header.producer;
    if (producer.id < 0) return;
    const auto key = key_of(partition, header);
    auto row = find(batch, partition, header);
    if (!row) {
        row.emplace();
        row->forget_due = agenda::rounded_up(batch.now + batch.limits.producer_expiry);
        agenda::add(batch.transaction, row->forget_due, agenda::Kind::forget_producer, key.view());
    }
    if (row->epoch != producer.epoch) row->batches_known = 0;
    row->epoch = producer.epoch;
    row->last_at = batch.now;
    std::move_backward(row->batches.begin(), row->batches.end() - 1, row->batches.end());
    row->batches[0] = {producer.sequence, last_sequence(header), base_offset};
    row->batches_known =
        std::min(static_cast<std::uint8_t>(row->batches_known + 1), static_cast<std::uint8_t>(row->batches.size()));
    batch.transaction.put(Table::stream_producers, key.view(), encode(*row));
}

void forget(Batch& batch, BytesView key) {
    const auto stored = batch.transaction.get(Table::stream_producers, key);
    if (!stored) return;
    auto row = decode_producer_row(stored.bytes());
    if (row.last_at + batch.limits.producer_expiry <= batch.now) {
        batch.transaction.erase(Table::stream_producers, key);
        return;
    }
    row.forget_due = agenda::rounded_up(row.last_at + batch.limits.producer_expiry);
    agenda::add(batch.transaction, row.forget_due, agenda::Kind::forget_producer, key);
    batch.transaction.put(Table::stream_producers, key, encode(row));
}

}  // namespace producers
}  // namespace tern::engine
