#include "broker/engine/stream_log.hpp"

#include <algorithm>
#include <optional>

#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_times.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine::stream_log {
namespace {

using store::Table;

/// A block is added to for so long at most: its records are removed with its newest one, so the oldest outlive their
/// retention by this share of it.
constexpr int retention_share = 10;

struct JoinedBlock {
    BlockHeader header;
    Bytes bytes;
};

bool old_enough_to_close(const StreamSettings& settings, Timestamp first_appended_at, Timestamp now) {
    return settings.retention != Milliseconds(0) && now - first_appended_at > settings.retention / retention_share;
}

/// The partition's last block and the pending one as one block; nothing when they stay two: together they are too long,
/// nobody can read the old one any more, it is old, or it is damaged and left to `tern check`.
std::optional<JoinedBlock> join_with_last(const Batch& batch, const StreamSettings& settings,
                                          const Partition& partition) {
    const auto& [id, row, pending, end_before, dirty] = partition;
    const auto added = batches_of(pending.bytes);
    if (row.tail_bytes == 0 || row.tail_bytes + added.size() > joined_block_bytes_max) return std::nullopt;
    if (row.start_offset >= pending.base_offset) return std::nullopt;
    const auto stored =
        batch.transaction.get(Table::stream_log, keys::block(id.stream, id.partition, pending.base_offset - 1).view());
    const auto header = stored ? read_block_header(stored.bytes()) : std::nullopt;
    if (!header || old_enough_to_close(settings, header->first_appended_at, batch.now)) return std::nullopt;
    JoinedBlock joined;
    joined.bytes.reserve(stored.bytes().size() + added.size());
    joined.bytes.append(stored.bytes()).append(added);
    // After a restart time may begin a little before the last append; what came before must not get older by that.
    joined.header = {header->base_offset, std::max(header->appended_at, batch.now),
                     std::max(header->timestamp_max, pending.timestamp_max), header->first_appended_at};
    return joined;
}

void put_block(Batch& batch, Partition& partition, Bytes& block, const BlockHeader& header) {
    const auto& id = partition.id;
    write_block_header(block.data(), header);
    batch.transaction.put(Table::stream_log, keys::block(id.stream, id.partition, partition.row.end_offset - 1).view(),
                          block);
    partition.row.tail_bytes =
        block.size() <= joined_block_bytes_max ? static_cast<std::uint32_t>(block.size()) : std::uint32_t{0};
}

}  // namespace

void append(Batch& batch, const Stream& stream, Partition& partition, BytesView record_batch,
            const protocol::BatchHeader& header) {
    auto& pending = partition.pending;
    batch.streams.touch(partition);
    if (!pending.bytes.empty() && pending.bytes.size() + record_batch.size() > block_bytes_target)
        flush(batch, stream.settings(), partition);

    auto& row = partition.row;
    if (pending.bytes.empty()) {
        pending.bytes.resize(block_header_bytes);
        pending.base_offset = row.end_offset;
        pending.timestamp_max = no_timestamp;
    }
    pending.bytes.append(record_batch);
    auto* appended = pending.bytes.data() + pending.bytes.size() - record_batch.size();
    protocol::set_base_offset(appended, static_cast<std::int64_t>(row.end_offset));
    auto timestamp_max = header.timestamp_max;
    if (stream.settings().timestamp_type == TimestampType::append) {
        timestamp_max = batch.now.ms();
        protocol::set_append_time(appended, record_batch.size(), timestamp_max);
    }
    pending.timestamp_max = std::max(pending.timestamp_max, timestamp_max);

    if (row.bytes == 0) row.oldest_at = batch.now;
    row.newest_at = batch.now;
    row.end_offset += static_cast<std::uint64_t>(header.records);
    row.bytes += record_batch.size();
    row.bytes_since_time += record_batch.size();
    stream_times::take(row, timestamp_max);
}

void flush(Batch& batch, const StreamSettings& settings, Partition& partition) {
    auto& pending = partition.pending;
    if (pending.bytes.empty()) return;
    if (auto joined = join_with_last(batch, settings, partition)) {
        batch.transaction.erase(
            Table::stream_log,
            keys::block(partition.id.stream, partition.id.partition, pending.base_offset - 1).view());
        put_block(batch, partition, joined->bytes, joined->header);
    } else {
        put_block(batch, partition, pending.bytes, {pending.base_offset, batch.now, pending.timestamp_max, batch.now});
    }
    // The memory goes too: there may be many partitions.
    pending.bytes = Bytes();
    stream_times::note(batch, partition);
}

}  // namespace tern::engine::stream_log
