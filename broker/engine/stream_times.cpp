#include "broker/engine/stream_times.hpp"

#include <algorithm>
#include <vector>

#include "broker/engine/row_keys.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine::stream_times {
namespace {

using store::Table;

BytesView row_of(const std::uint64_t& offset) {
    return {reinterpret_cast<const char*>(&offset), sizeof offset};
}

}  // namespace

void take(PartitionRow& row, std::int64_t timestamp_max) {
    if (timestamp_max >= row.timestamp_max) {
        row.timestamp_max = timestamp_max;
        row.later_from = row.end_offset;
        row.later_timestamp_max = no_timestamp;
    } else {
        row.later_timestamp_max = std::max(row.later_timestamp_max, timestamp_max);
    }
}

void lower_maximum(Batch& batch, Partition& partition, std::uint64_t base_offset) {
    auto& row = partition.row;
    if (base_offset < row.later_from) return;
    const auto& [stream, number] = partition.id;
    // Only one row can have told of the old maximum: each that was written since replaced the one before.
    const auto old_key = keys::stream_time(stream, number, row.timestamp_max);
    std::uint64_t offset = 0;
    if (const auto stored = batch.transaction.get(Table::stream_times, old_key.view()))
        offset = load_little<std::uint64_t>(stored.bytes().data());
    row.timestamp_max = row.later_timestamp_max;
    row.later_from = row.end_offset;
    row.later_timestamp_max = no_timestamp;
    batch.streams.touch(partition);
    if (offset == 0) return;
    batch.transaction.erase(Table::stream_times, old_key.view());
    batch.transaction.put(Table::stream_times, keys::stream_time(stream, number, row.timestamp_max).view(),
                          row_of(offset));
}

void reset(PartitionRow& row) {
    row.timestamp_max = no_timestamp;
    row.later_from = row.end_offset;
    row.later_timestamp_max = no_timestamp;
}

void note(Batch& batch, Partition& partition) {
    auto& row = partition.row;
    if (row.bytes_since_time < bytes_between) return;
    // While the maximum stands, its row moves on.
    batch.transaction.put(Table::stream_times,
                          keys::stream_time(partition.id.stream, partition.id.partition, row.timestamp_max).view(),
                          row_of(row.end_offset));
    row.bytes_since_time = 0;
}

std::uint64_t first_offset_for(const store::ReadTransaction& snapshot, StreamPartition partition,
                               std::int64_t timestamp_ms) {
    const auto prefix = keys::partition(partition.stream, partition.partition);
    const auto cursor = snapshot.cursor(Table::stream_times);
    if (!cursor->seek_before(keys::stream_time(partition.stream, partition.partition, timestamp_ms).view())) return 0;
    if (!cursor->key().starts_with(prefix.view())) return 0;
    return load_little<std::uint64_t>(cursor->value().bytes().data());
}

bool forget_below(Batch& batch, StreamPartition partition, std::uint64_t start_offset) {
    std::vector<Bytes> useless;
    bool all = true;
    {
        const auto prefix = keys::partition(partition.stream, partition.partition);
        const auto cursor = batch.transaction.cursor(Table::stream_times);
        for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            if (load_little<std::uint64_t>(cursor->value().bytes().data()) > start_offset) break;
            if (!batch.take_due_work()) {
                all = false;
                break;
            }
            useless.emplace_back(cursor->key());
        }
    }
    for (const auto& key : useless) batch.transaction.erase(Table::stream_times, key);
    return all;
}

}  // namespace tern::engine::stream_times
