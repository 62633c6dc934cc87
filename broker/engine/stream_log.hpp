#pragma once

#include "broker/base/bytes.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/stream.hpp"
#include "protocol/record_batch.hpp"

/// The end of a partition: what a batch of the commit thread appends is gathered in memory and put into few blocks.
namespace tern::engine::stream_log {

/// Appends a record batch, and gives it its offsets and, if the stream says so, its time. It is read from snapshots
/// after the commit.
void append(Batch& batch, const Stream& stream, Partition& partition, BytesView record_batch,
            const protocol::BatchHeader& header);
/// Writes what is still in memory; together with the partition's last block while both are small. At the end of each
/// batch, and before the partition's blocks are looked at within one.
void flush(Batch& batch, const StreamSettings& settings, Partition& partition);

}  // namespace tern::engine::stream_log
