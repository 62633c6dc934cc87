#pragma once

#include <cstddef>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/commands_of_streams.hpp"
#include "broker/engine/stream.hpp"

namespace tern::engine {

/// Appends batches one after the other, each to its partition; a refused one leaves no trace and its neighbours alone.
/// Errors: batch_empty, batch_too_long (1 to 1000 entries), stream_does_not_exist, storage_damaged. Statuses of the
/// entries: the front end's own fault, partition_does_not_exist, record_too_large, producer_unknown, producer_fenced,
/// sequence_out_of_order, expected_offset_differs, storage_damaged.
Answer append(Batch& batch, const Append& command);

/// Whether all entries would be appended: ok, or the first refusal, and then `entry` is its number; for an error of the
/// whole command `entry` is the number of entries. Holds for entries of different partitions.
Errc check_append(Batch& batch, const Append& command, std::size_t& entry);

/// Appends a batch that is beyond doubt, and sees to it that retention keeps up.
void append_batch(Batch& batch, const Stream& stream, Partition& partition, BytesView bytes,
                  const protocol::BatchHeader& header);

}  // namespace tern::engine
