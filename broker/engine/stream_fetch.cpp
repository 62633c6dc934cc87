#include <algorithm>
#include <limits>
#include <optional>

#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/engine/stream_reading.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/record_batch.hpp"

namespace tern::engine {
namespace {

using store::Table;

struct Room {
    std::uint64_t bytes = 0;
    std::uint64_t records = std::numeric_limits<std::uint64_t>::max();
    /// The next batch comes whole, however long it is.
    bool first = true;
};

/// Reads batches of one partition from an offset on, into an answer.
class PartitionFetch {
public:
    PartitionFetch(const store::ReadTransaction& snapshot, StreamPartition partition, std::uint64_t offset,
                   std::uint64_t end, Room& room, Bytes& batches)
        : cursor_(snapshot.cursor(Table::stream_log)),
          partition_(partition),
          next_(offset),
          end_(end),
          room_(room),
          batches_(batches) {}

    /// storage_damaged when the first batch to be read is; what is in front of a damaged block is answered.
    Errc run() {
        const auto prefix = keys::partition(partition_.stream, partition_.partition);
        const auto before = batches_.size();
        bool more = cursor_->seek(keys::block(partition_.stream, partition_.partition, next_).view());
        for (; more && next_ < end_ && has_room(); more = cursor_->next()) {
            if (!cursor_->key().starts_with(prefix.view()) || too_long_for_rest()) break;
            const auto taken = take_block();
            if (taken == Taken::damaged) return batches_.size() == before ? Errc::storage_damaged : Errc::ok;
            if (taken == Taken::last) break;
        }
        return Errc::ok;
    }

private:
    enum class Taken : std::uint8_t { whole, last, damaged };

    bool has_room() const { return room_.first || (room_.bytes > 0 && room_.records > 0); }
    /// A block above the target holds one batch: no need to copy it in order to see that it has no room.
    bool too_long_for_rest() const {
        const auto bytes = cursor_->value_bytes();
        return !room_.first && bytes > block_bytes_target && bytes - block_header_bytes > room_.bytes;
    }

    /// Appends the block in one copy, and then takes away again what was not asked for or has no room.
    Taken take_block() {
        const auto before = batches_.size();
        if (!cursor_->append_value(batches_, block_header_bytes)) return Taken::damaged;
        auto from = before;
        for (auto at = before; at < batches_.size();) {
            const auto header = protocol::read_batch_header(BytesView(batches_).substr(at));
            if (!header || header->records <= 0) {
                batches_.resize(before);
                return Taken::damaged;
            }
            const auto batch_end = static_cast<std::uint64_t>(header->next_offset());
            if (batch_end <= next_) {
                at += header->bytes;
                from = at;
                continue;
            }
            if (!take(*header, batch_end)) {
                batches_.resize(at);
                batches_.erase(before, from - before);
                return Taken::last;
            }
            at += header->bytes;
        }
        batches_.erase(before, from - before);
        return Taken::whole;
    }

    bool take(const protocol::BatchHeader& header, std::uint64_t batch_end) {
        const auto records = batch_end - std::max(next_, static_cast<std::uint64_t>(header.base_offset));
        if (batch_end > end_) return false;
        if (!room_.first && (header.bytes > room_.bytes || records > room_.records)) return false;
        room_.first = false;
        room_.bytes -= std::min<std::uint64_t>(room_.bytes, header.bytes);
        room_.records -= std::min(room_.records, records);
        next_ = batch_end;
        return true;
    }

    std::unique_ptr<store::Cursor> cursor_;
    StreamPartition partition_;
    std::uint64_t next_;
    std::uint64_t end_;
    Room& room_;
    Bytes& batches_;
};

/// About how many bytes the answer gets, so that it is not moved while it grows.
std::size_t expected_bytes(const PartitionRow& row, std::uint64_t offset, std::uint64_t end, std::uint64_t bytes_max) {
    const auto records = static_cast<double>(row.end_offset - row.start_offset);
    const auto share = static_cast<double>(row.bytes) * static_cast<double>(end - offset) / std::max(records, 1.0);
    const auto likely = std::min(share, static_cast<double>(bytes_max));
    return static_cast<std::size_t>(likely) + block_bytes_target;
}

/// Fetches from many partitions in turn; the limits hold for all together.
class Fetch {
public:
    Fetch(const store::ReadTransaction& snapshot, const FetchLimits& limits, const DurableEnd& durable_end)
        : snapshot_(snapshot),
          durable_end_(durable_end) {
        room_.bytes = limits.bytes_max;
        if (limits.records_max > 0) room_.records = limits.records_max;
    }

    FetchedPartition take(const FetchPosition& position) {
        FetchedPartition fetched;
        const auto& stream = stream_of(position);
        if (!stream.has_value()) return fetched.status = stream.error(), fetched;
        const auto row = read_partition(snapshot_, *stream, position.partition);
        if (!row.has_value()) return fetched.status = row.error(), fetched;

        fetched.partition = {stream->id, position.partition};
        fetched.start_offset = row->start_offset;
        fetched.end_offset = readable_end(fetched.partition, *row, durable_end_);
        if (position.offset < fetched.start_offset || position.offset > fetched.end_offset)
            return fetched.status = Errc::offset_out_of_range, fetched;
        if (position.offset < fetched.end_offset) read(position, *row, fetched);
        return fetched;
    }

private:
    void read(const FetchPosition& position, const PartitionRow& row, FetchedPartition& fetched) {
        auto room = room_;
        room.bytes = std::min(room_.bytes, position.bytes_max);
        if (!room.first && room.bytes == 0) return;
        fetched.batches.reserve(expected_bytes(row, position.offset, fetched.end_offset, room.bytes));
        fetched.status =
            PartitionFetch(snapshot_, fetched.partition, position.offset, fetched.end_offset, room, fetched.batches)
                .run();
        room_.first = room.first;
        room_.records = room.records;
        room_.bytes -= std::min<std::uint64_t>(room_.bytes, fetched.batches.size());
    }

    /// Neighbouring positions are mostly of one stream.
    const Result<Stream>& stream_of(const FetchPosition& position) {
        if (!last_name_ || *last_name_ != position.stream) {
            last_name_ = position.stream;
            last_ = read_stream(snapshot_, position.stream);
        }
        return last_;
    }

    const store::ReadTransaction& snapshot_;
    const DurableEnd& durable_end_;
    Room room_;
    std::optional<StreamName> last_name_;
    Result<Stream> last_ = Errc::stream_does_not_exist;
};

}  // namespace

Fetched fetch(const store::ReadTransaction& snapshot, const std::vector<FetchPosition>& positions,
              const FetchLimits& limits, const DurableEnd& durable_end) {
    Fetched fetched;
    fetched.partitions.reserve(positions.size());
    Fetch fetch(snapshot, limits, durable_end);
    for (const auto& position : positions) {
        fetched.partitions.push_back(fetch.take(position));
        fetched.bytes += fetched.partitions.back().batches.size();
    }
    return fetched;
}

}  // namespace tern::engine
