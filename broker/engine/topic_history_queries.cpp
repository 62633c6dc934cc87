// Reading a topic's history from a snapshot.

#include <algorithm>
#include <optional>

#include "broker/engine/publication_record.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_reading.hpp"
#include "broker/engine/streams.hpp"
#include "broker/engine/topic_history.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/record_batch.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// What of a topic's history can be read.
struct ReadableHistory {
    StreamPartition partition;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
};

/// Errors: topic_does_not_exist, topic_has_no_history; storage_damaged.
Result<ReadableHistory> readable_history(const store::ReadTransaction& snapshot, std::uint32_t topic_id,
                                         const DurableEnd& durable_end) {
    const auto topic = read_topic(snapshot, topic_id);
    if (!topic.has_value()) return topic.error();
    if (topic->row.stream == 0) return Errc::topic_has_no_history;
    const auto stream = read_stream(snapshot, topic->row.stream);
    if (!stream.has_value()) return Errc::storage_damaged;
    const auto row = read_partition(snapshot, *stream, 0);
    if (!row.has_value()) return row.error();
    const StreamPartition partition{stream->id, 0};
    const auto end = readable_end(partition, *row, durable_end);
    return ReadableHistory{partition, std::min(end, topic_history::start_offset(topic->row.settings, *row)), end};
}

std::size_t size_of(const StoredPublication& stored) {
    auto bytes = stored.publication.subject.size() + stored.publication.data.size();
    for (const auto& attribute : stored.publication.attributes)
        bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
    return bytes;
}

/// Takes publications out of blocks, one after the other, until there are enough.
class HistoryReader {
public:
    HistoryReader(const ReadableHistory& history, const HistoryLimits& limits, HistoryPiece& piece)
        : history_(history),
          limits_(limits),
          piece_(piece) {}

    /// Errors: storage_damaged when the first block is.
    Errc run(const store::ReadTransaction& snapshot) {
        const auto prefix = keys::partition(history_.partition.stream, history_.partition.partition);
        const auto cursor = snapshot.cursor(Table::stream_log);
        const auto first = keys::block(history_.partition.stream, history_.partition.partition, piece_.next_offset);
        for (bool more = cursor->seek(first.view()); more && wants_more(); more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            const auto value = cursor->value();
            if (value && value.bytes().size() >= block_header_bytes && read_block(batches_of(value.bytes()))) continue;
            return piece_.publications.empty() ? Errc::storage_damaged : Errc::ok;
        }
        return Errc::ok;
    }

private:
    bool wants_more() const { return !full_ && piece_.next_offset < history_.end_offset; }

    /// False when it is damaged.
    bool read_block(BytesView batches) {
        while (wants_more() && !batches.empty()) {
            const auto header = protocol::read_batch_header(batches);
            if (!header) return false;
            const auto batch_end = static_cast<std::uint64_t>(header->next_offset());
            if (batch_end > piece_.next_offset && !read_batch(batches.substr(0, header->bytes))) return false;
            batches.remove_prefix(header->bytes);
        }
        return true;
    }

    bool read_batch(BytesView batch) {
        reader_.open(batch);
        while (wants_more()) {
            const auto* record = reader_.next();
            if (record == nullptr) break;
            if (static_cast<std::uint64_t>(record->offset) < piece_.next_offset) continue;
            auto stored = read_history_record(*record);
            if (!stored) return false;
            take(std::move(*stored));
        }
        return reader_.fault() == protocol::BatchFault::none;
    }

    void take(StoredPublication stored) {
        const auto bytes = size_of(stored);
        const bool first = piece_.publications.empty();
        full_ =
            !first && (bytes_ + bytes > limits_.bytes_max || piece_.publications.size() >= limits_.publications_max);
        if (full_) return;
        bytes_ += bytes;
        piece_.next_offset = stored.offset + 1;
        piece_.publications.push_back(std::move(stored));
    }

    const ReadableHistory& history_;
    const HistoryLimits& limits_;
    HistoryPiece& piece_;
    protocol::BatchReader reader_;
    std::uint64_t bytes_ = 0;
    bool full_ = false;
};

}  // namespace

Result<HistoryPiece> read_history(const store::ReadTransaction& snapshot, std::uint32_t topic, std::uint64_t offset,
                                  const HistoryLimits& limits, const DurableEnd& durable_end) {
    const auto history = readable_history(snapshot, topic, durable_end);
    if (!history.has_value()) return history.error();
    HistoryPiece piece;
    piece.start_offset = history->start_offset;
    piece.end_offset = history->end_offset;
    piece.next_offset = std::clamp(offset, piece.start_offset, piece.end_offset);
    const auto errc = HistoryReader(*history, limits, piece).run(snapshot);
    if (errc != Errc::ok) return errc;
    return piece;
}

Result<std::uint64_t> find_in_history(const store::ReadTransaction& snapshot, std::uint32_t topic, Timestamp time,
                                      const DurableEnd& durable_end) {
    const auto history = readable_history(snapshot, topic, durable_end);
    if (!history.has_value()) return history.error();
    FoundOffset found;
    found.start_offset = history->start_offset;
    found.end_offset = history->end_offset;
    SearchBudget budget;
    if (const auto errc = search_time(snapshot, history->partition, time.ms(), found, budget); errc != Errc::ok)
        return errc;
    return found.offset;
}

}  // namespace tern::engine
