#include <algorithm>
#include <numeric>
#include <optional>

#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/engine/stream_reading.hpp"
#include "broker/engine/stream_times.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/record_batch.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// A search for a time reads so much at most. Usually it reads what lies between two rows of stream_times; more only
/// where a timestamp from far ahead was removed, which had hidden those behind it.
constexpr std::uint64_t search_bytes_max = 64u << 20;
/// Of one batch.
constexpr std::uint64_t uncompressed_bytes_max = 128u << 20;

/// The first record of a partition at or after a time.
class TimeSearch {
public:
    TimeSearch(const store::ReadTransaction& snapshot, StreamPartition partition, std::int64_t time, FoundOffset& found,
               SearchBudget& budget)
        : snapshot_(snapshot),
          partition_(partition),
          time_(time),
          found_(found),
          budget_(budget) {}

    /// Errors: storage_damaged when a block on the way is.
    Errc run() {
        found_.offset = found_.end_offset;
        const auto from = std::max(found_.start_offset, stream_times::first_offset_for(snapshot_, partition_, time_));
        if (from >= found_.end_offset) return Errc::ok;

        std::uint64_t read = 0;
        const auto prefix = keys::partition(partition_.stream, partition_.partition);
        const auto cursor = snapshot_.cursor(Table::stream_log);
        bool more = cursor->seek(keys::block(partition_.stream, partition_.partition, from).view());
        for (; more && cursor->key().starts_with(prefix.view()); more = cursor->next()) {
            const auto value = cursor->value();
            const auto header = value ? read_block_header(value.bytes()) : std::nullopt;
            if (!header) return Errc::storage_damaged;
            if (header->base_offset >= found_.end_offset) break;
            if (read > search_bytes_max || budget_.bytes == 0) {
                return found_.offset = std::max(from, header->base_offset), Errc::ok;
            }
            read += value.bytes().size();
            budget_.spend(value.bytes().size());
            if (header->timestamp_max >= time_ && look_into(batches_of(value.bytes()))) break;
        }
        return Errc::ok;
    }

private:
    bool look_into(BytesView batches) {
        while (const auto header = protocol::read_batch_header(batches)) {
            if (static_cast<std::uint64_t>(header->next_offset()) > found_.end_offset) return false;
            if (header->timestamp_max >= time_ &&
                static_cast<std::uint64_t>(header->next_offset()) > found_.start_offset &&
                look_into_batch(batches.substr(0, header->bytes), *header))
                return true;
            batches.remove_prefix(header->bytes);
        }
        return false;
    }

    bool look_into_batch(BytesView batch, const protocol::BatchHeader& header) {
        const auto uncompressed_max = std::min(budget_.bytes, uncompressed_bytes_max);
        protocol::BatchReader reader(batch, uncompressed_max);
        if (header.compression() != protocol::Compression::none) {
            budget_.spend(reader.fault() == protocol::BatchFault::none ? reader.uncompressed_bytes()
                                                                       : uncompressed_max);
        }
        while (const auto* record = reader.next()) {
            const auto offset = static_cast<std::uint64_t>(record->offset);
            if (record->timestamp_ms >= time_ && offset >= found_.start_offset)
                return found(offset, record->timestamp_ms);
        }
        // Compressed by a producer in a way that cannot be undone, or not here: its first record is as near as can be
        // told.
        if (reader.fault() != protocol::BatchFault::none)
            return found(std::max(found_.start_offset, static_cast<std::uint64_t>(header.base_offset)),
                         header.timestamp_max);
        return false;
    }

    bool found(std::uint64_t offset, std::int64_t timestamp_ms) {
        found_.offset = offset;
        found_.timestamp_ms = timestamp_ms;
        return true;
    }

    const store::ReadTransaction& snapshot_;
    StreamPartition partition_;
    std::int64_t time_;
    FoundOffset& found_;
    SearchBudget& budget_;
};

}  // namespace

Errc search_time(const store::ReadTransaction& snapshot, StreamPartition partition, std::int64_t time_ms,
                 FoundOffset& found, SearchBudget& budget) {
    return TimeSearch(snapshot, partition, time_ms, found, budget).run();
}

Result<std::vector<FoundOffset>> find_offsets(const store::ReadTransaction& snapshot, const FindOffsets& what,
                                              const DurableEnd& durable_end) {
    const auto stream = read_stream(snapshot, what.stream);
    if (!stream.has_value()) return stream.error();
    auto numbers = what.partitions;
    if (numbers.empty()) {
        numbers.resize(stream->settings().partitions);
        std::iota(numbers.begin(), numbers.end(), 0u);
    }
    for (const auto number : numbers)
        if (number >= stream->settings().partitions) return Errc::partition_does_not_exist;

    std::vector<FoundOffset> offsets;
    offsets.reserve(numbers.size());
    SearchBudget budget;
    for (const auto number : numbers) {
        const auto row = read_partition(snapshot, *stream, number);
        if (!row.has_value()) return row.error();
        const StreamPartition partition{stream->id, number};
        auto& found = offsets.emplace_back();
        found.partition = number;
        found.start_offset = row->start_offset;
        found.end_offset = readable_end(partition, *row, durable_end);
        found.offset = what.position == Position::earliest ? found.start_offset : found.end_offset;
        if (what.position != Position::time) continue;
        const auto errc = search_time(snapshot, partition, what.time.ms(), found, budget);
        if (errc != Errc::ok) return errc;
    }
    return offsets;
}

}  // namespace tern::engine
