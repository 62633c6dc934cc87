#include "broker/engine/stream_retention.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "broker/engine/agenda.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_log.hpp"
#include "broker/engine/stream_times.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine::stream_retention {
namespace {

using store::Table;

constexpr Milliseconds stuck_pause = std::chrono::seconds(10);

store::Key subject_of(const Partition& partition) {
    return keys::partition(partition.id.stream, partition.id.partition);
}

void look_at(Batch& batch, Partition& partition, Timestamp due) {
    partition.row.retention_due = due;
    agenda::add(batch.transaction, due, agenda::Kind::stream_retention, subject_of(partition).view());
    batch.streams.touch(partition);
}

void stop_looking(Batch& batch, Partition& partition) {
    auto& due = partition.row.retention_due;
    if (due == Timestamp()) return;
    agenda::remove(batch.transaction, {due, agenda::Kind::stream_retention, Bytes(subject_of(partition).view())});
    due = Timestamp();
    batch.streams.touch(partition);
}

void look_no_later(Batch& batch, Partition& partition, Timestamp due) {
    const auto known = partition.row.retention_due;
    if (known != Timestamp() && known <= due) return;
    stop_looking(batch, partition);
    look_at(batch, partition, due);
}

/// When what was appended then is too old; nothing when that never comes.
std::optional<Timestamp> end_of_retention(const StreamSettings& settings, Timestamp appended_at) {
    const auto retention = settings.retention;
    if (retention == Milliseconds(0) || retention >= Timestamp::never() - appended_at - std::chrono::seconds(1))
        return std::nullopt;
    return appended_at + retention;
}

/// Finds the blocks to be removed, from the oldest on.
class Search {
public:
    Search(Batch& batch, const StreamSettings& settings, const Partition& partition)
        : batch_(batch),
          settings_(settings),
          row_(partition.row),
          prefix_(subject_of(partition)),
          bytes_left_(partition.row.bytes) {}

    void run() {
        const auto cursor = batch_.transaction.cursor(Table::stream_log);
        for (bool more = cursor->seek(prefix_.view()); more; more = cursor->next()) {
            if (!cursor->key().starts_with(prefix_.view())) break;
            if (batch_.due_work_left == 0) {
                interrupted = true;
                if (const auto value = cursor->value()) first_kept = read_block_header(value.bytes());
                return;
            }
            if (!look_at_block(*cursor)) return;
        }
        emptied = undecided_.empty();
    }

    std::vector<Bytes> removed;
    std::uint64_t removed_bytes = 0;
    /// Behind the last block to be removed.
    std::uint64_t removed_end = 0;
    /// Of the first block that stays, or stays for now, if it can be read.
    std::optional<BlockHeader> first_kept;
    /// The budget was not enough.
    bool interrupted = false;
    /// No block stays.
    bool emptied = false;

private:
    /// False when the block stays.
    bool look_at_block(const store::Cursor& cursor) {
        const auto last = keys::sequence_of(cursor.key());
        const auto block_bytes = cursor.value_bytes();
        const bool too_much =
            settings_.retention_bytes > 0 && bytes_left_ > settings_.retention_bytes && last + 1 != row_.end_offset;
        if (last < row_.start_offset || too_much) return remove(cursor.key(), block_bytes);

        const auto value = cursor.value();
        const auto header = value ? read_block_header(value.bytes()) : std::nullopt;
        if (!header) {
            // A damaged block does not tell its age; it is at least that of the next one.
            batch_.take_due_work();
            undecided_.push_back({Bytes(cursor.key()), block_bytes});
            return true;
        }
        const auto end = end_of_retention(settings_, header->appended_at);
        if (end && *end <= batch_.now) return remove(cursor.key(), block_bytes);
        first_kept = header;
        return false;
    }

    bool remove(BytesView key, std::size_t block_bytes) {
        batch_.take_due_work(pages_of_block(block_bytes));
        undecided_.push_back({Bytes(key), block_bytes});
        for (auto& block : undecided_) {
            const auto bytes = block.bytes - std::min(block.bytes, block_header_bytes);
            removed_end = keys::sequence_of(block.key) + 1;
            removed_bytes += bytes;
            bytes_left_ -= std::min<std::uint64_t>(bytes_left_, bytes);
            removed.push_back(std::move(block.key));
        }
        undecided_.clear();
        return true;
    }

    struct Block {
        Bytes key;
        std::size_t bytes = 0;
    };

    Batch& batch_;
    const StreamSettings& settings_;
    const PartitionRow& row_;
    store::Key prefix_;
    std::uint64_t bytes_left_;
    std::vector<Block> undecided_;
};

void move_start(Batch& batch, Partition& partition, std::uint64_t start) {
    auto& row = partition.row;
    if (start <= row.start_offset) return;
    batch.counters.records_removed += start - row.start_offset;
    row.start_offset = start;
    batch.streams.touch(partition);
}

void remove(Batch& batch, Partition& partition, const Search& search) {
    for (const auto& key : search.removed) batch.transaction.erase(Table::stream_log, key);
    move_start(batch, partition, search.removed_end);
    auto& row = partition.row;
    row.bytes -= std::min(row.bytes, search.removed_bytes);
    if (search.first_kept) row.oldest_at = search.first_kept->first_appended_at;
    if (search.emptied) {
        row.bytes = 0;
        row.tail_bytes = 0;
        row.oldest_at = Timestamp();
    }
    batch.streams.touch(partition);
}

}  // namespace

void watch(Batch& batch, const Stream& stream, Partition& partition) {
    const auto& settings = stream.settings();
    if (partition.row.retention_due == Timestamp()) {
        if (const auto end = end_of_retention(settings, batch.now)) look_at(batch, partition, agenda::rounded_up(*end));
    }
    if (settings.retention_bytes > 0 && partition.row.bytes > settings.retention_bytes)
        look_no_later(batch, partition, agenda::rounded_up(batch.now));
}

void reconsider(Batch& batch, Stream& stream) {
    for (std::uint32_t number = 0; number < stream.settings().partitions; ++number) {
        const auto partition = batch.streams.partition(batch.transaction, stream, number);
        if (!partition.has_value() || (*partition)->row.bytes == 0) continue;
        stop_looking(batch, **partition);
        look_at(batch, **partition, batch.now);
    }
}

void truncate(Batch& batch, Partition& partition, std::uint64_t before) {
    if (before <= partition.row.start_offset) return;
    move_start(batch, partition, before);
    look_no_later(batch, partition, batch.now);
}

void sweep(Batch& batch, const Stream& stream, Partition& partition) {
    stop_looking(batch, partition);
    stream_log::flush(batch, stream.settings(), partition);
    Search search(batch, stream.settings(), partition);
    search.run();
    remove(batch, partition, search);
    const bool times_done = stream_times::forget_below(batch, partition.id, partition.row.start_offset);
    if (search.interrupted || !times_done) {
        // More damaged blocks in a row than a batch may look at: trying again at once would lead no further.
        const bool stuck = search.interrupted && search.removed.empty();
        return look_at(batch, partition, stuck ? agenda::rounded_up(batch.now + stuck_pause) : batch.now);
    }

    // Nothing is left that a running maximum could speak of.
    if (search.emptied) stream_times::reset(partition.row);
    if (!search.first_kept) return;
    stream_times::lower_maximum(batch, partition, search.first_kept->base_offset);
    const auto end = end_of_retention(stream.settings(), search.first_kept->appended_at);
    if (end) look_at(batch, partition, agenda::rounded_up(*end));
}

}  // namespace tern::engine::stream_retention
