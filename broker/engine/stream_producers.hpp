#pragma once

#include <array>
#include <cstdint>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/rows.hpp"
#include "broker/engine/stream.hpp"
#include "protocol/record_batch.hpp"

/// What is remembered of those who append, so that a batch that is sent again is not stored again (KIP-98).
namespace tern::engine {

struct ProducerBatch {
    std::int32_t first_sequence = 0;
    std::int32_t last_sequence = 0;
    std::uint64_t base_offset = 0;
};

/// A producer on a partition: the row of table `stream_producers`.
struct ProducerRow {
    std::int16_t epoch = 0;
    Timestamp last_at{};
    /// When it may be forgotten, or is looked at again: the key of its row in the agenda.
    Timestamp forget_due{};
    /// Its last batches under this epoch, the newest first; `batches_known` of them.
    std::uint8_t batches_known = 0;
    std::array<ProducerBatch, 5> batches{};
};

RowBytes<99> encode(const ProducerRow& row);
ProducerRow decode_producer_row(BytesView bytes);

namespace producers {

struct Verdict {
    Errc status = Errc::ok;
    /// It was appended before, at base_offset.
    bool duplicate = false;
    std::uint64_t base_offset = 0;
};
/// May the batch be appended? Statuses: producer_unknown for an id that was never given out; producer_fenced for an
/// older epoch; sequence_out_of_order for a gap, and for a new epoch that does not begin at 0.
Verdict check(Batch& batch, const Partition& partition, const protocol::BatchHeader& header);
/// Remembers a batch that check allowed and that is now at `base_offset`.
void remember(Batch& batch, const Partition& partition, const protocol::BatchHeader& header, std::uint64_t base_offset);
/// Drops the row with that key if its producer has been silent for long enough, or arranges the next look.
void forget(Batch& batch, BytesView key);

/// The sequence of the record `records` behind the one with this sequence; wraps from 2^31 - 1 to 0.
std::int32_t sequence_after(std::int32_t sequence, std::int32_t records);

}  // namespace producers
}  // namespace tern::engine
