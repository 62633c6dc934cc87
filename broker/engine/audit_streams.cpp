#include "broker/engine/audit_streams.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "broker/engine/agenda.hpp"
#include "broker/engine/audit_rows.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_producers.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/record_batch.hpp"

namespace tern::engine {
namespace {

using store::Table;

bool on_agenda(const store::ReadTransaction& snapshot, Timestamp due, agenda::Kind kind, BytesView subject) {
    const auto key =
        store::Key().u64(static_cast<std::uint64_t>(due.ms())).u8(static_cast<std::uint8_t>(kind)).raw(subject);
    return !snapshot.get(Table::agenda, key.view()).absent();
}

class PartitionAudit {
public:
    PartitionAudit(const store::ReadTransaction& snapshot, const Stream& stream, StreamPartition id,
                   const PartitionRow& row, std::vector<std::string>& findings)
        : snapshot_(snapshot),
          stream_(stream),
          id_(id),
          row_(row),
          findings_(findings),
          prefix_(keys::partition(id.stream, id.partition)) {}

    void run() {
        if (row_.start_offset > row_.end_offset) find("starts behind its end");
        check_blocks();
        check_times();
        check_producers();
        if (row_.retention_due != Timestamp() &&
            !on_agenda(snapshot_, row_.retention_due, agenda::Kind::stream_retention, prefix_.view()))
            find("waits for retention, which is not on the agenda");
    }

private:
    /// What is known of the blocks: batches by their ends, for the times.
    struct Seen {
        std::uint64_t end = 0;
        std::int64_t timestamp_max = 0;
    };

    void find(const std::string& what) {
        findings_.push_back("stream " + stream_.row.stream.name + ", partition " + std::to_string(id_.partition) +
                            ": " + what);
    }

    void check_blocks() {
        walk(snapshot_, Table::stream_log, prefix_.view(), [&](BytesView key, const store::Value& value) {
            const auto last = keys::sequence_of(key);
            // What is damaged is `tern check`'s to name; nothing can be said about what it held.
            if (value.damaged()) {
                damaged_ = true;
            } else {
                check_block(last, value.bytes());
            }
            next_ = last + 1;
        });
        if (next_ && *next_ != row_.end_offset) find("ends elsewhere than its last block");
        if (!next_ && row_.start_offset != row_.end_offset) find("has lost all its blocks");
        if (damaged_) return;
        if (bytes_ != row_.bytes)
            find("counts " + std::to_string(row_.bytes) + " bytes but has " + std::to_string(bytes_));
        if (first_ && *first_ > row_.start_offset) find("begins behind its start");
        if (next_ && row_.timestamp_max < timestamp_max_) find("has a record with a timestamp above its greatest");
        if (next_ && row_.oldest_at != oldest_at_) find("tells another age than its oldest block");
    }

    void check_block(std::uint64_t last, BytesView block) {
        const auto header = read_block_header(block);
        if (!header) return find("has a block without a header at " + std::to_string(last));
        if (next_ && *next_ != header->base_offset) find("has a gap before " + std::to_string(header->base_offset));
        if (!first_) {
            first_ = header->base_offset;
            oldest_at_ = header->first_appended_at;
        }
        if (header->first_appended_at > header->appended_at) find("has a block that ends before it begins");
        auto rest = batches_of(block);
        auto next = header->base_offset;
        auto greatest = no_timestamp;
        while (const auto batch = protocol::read_batch_header(rest)) {
            if (static_cast<std::uint64_t>(batch->base_offset) != next)
                find("has a batch with a wrong offset at " + std::to_string(next));
            next = static_cast<std::uint64_t>(batch->next_offset());
            greatest = std::max(greatest, batch->timestamp_max);
            bytes_ += batch->bytes;
            rest.remove_prefix(batch->bytes);
        }
        if (!rest.empty() || next != last + 1)
            find("has a block that does not end with its key at " + std::to_string(last));
        if (greatest != header->timestamp_max) find("has a block with a wrong timestamp at " + std::to_string(last));
        timestamp_max_ = std::max(timestamp_max_, greatest);
        seen_.push_back({last + 1, timestamp_max_});
        if (last + 1 == row_.end_offset && row_.tail_bytes != 0 && row_.tail_bytes != block.size())
            find("knows another length of its last block");
    }

    void check_times() {
        std::uint64_t before = 0;
        walk(snapshot_, Table::stream_times, prefix_.view(), [&](BytesView key, const store::Value& value) {
            const auto timestamp = static_cast<std::int64_t>(keys::sequence_of(key) ^ (std::uint64_t{1} << 63));
            const auto offset = load_little<std::uint64_t>(value.bytes().data());
            if (offset <= before && before > 0) find("has times out of order");
            before = offset;
            if (offset > row_.end_offset) find("has a time for what was never appended");
            for (const auto& seen : seen_)
                if (seen.end <= offset && seen.timestamp_max > timestamp) return find("has a time that does not hold");
        });
    }

    void check_producers() {
        walk(snapshot_, Table::stream_producers, prefix_.view(), [&](BytesView key, const store::Value& value) {
            const auto producer = decode_producer_row(value.bytes());
            if (producer.batches_known == 0) find("knows a producer that appended nothing");
            for (std::size_t at = 0; at < producer.batches_known; ++at)
                if (producer.batches[at].base_offset >= row_.end_offset) find("knows a batch that was never appended");
            if (!on_agenda(snapshot_, producer.forget_due, agenda::Kind::forget_producer, key))
                find("never forgets a producer");
        });
    }

    const store::ReadTransaction& snapshot_;
    const Stream& stream_;
    StreamPartition id_;
    const PartitionRow& row_;
    std::vector<std::string>& findings_;
    store::Key prefix_;
    std::optional<std::uint64_t> first_;
    std::optional<std::uint64_t> next_;
    Timestamp oldest_at_;
    std::uint64_t bytes_ = 0;
    std::int64_t timestamp_max_ = no_timestamp;
    std::vector<Seen> seen_;
    bool damaged_ = false;
};

void audit_stream(const store::ReadTransaction& snapshot, const Stream& stream, std::vector<std::string>& findings) {
    std::uint32_t rows = 0;
    walk(snapshot, Table::stream_partitions, keys::stream(stream.id).view(),
         [&](BytesView key, const store::Value& value) {
             ++rows;
             store::KeyReader reader(key);
             const StreamPartition id{reader.u32(), reader.u32()};
             PartitionAudit(snapshot, stream, id, decode_partition_row(value.bytes()), findings).run();
         });
    if (rows != stream.settings().partitions)
        findings.push_back("stream " + stream.row.stream.name +
                           ": has another number of partitions than its settings say");
}

/// The numbers of the streams that have rows in a table.
std::set<std::uint32_t> streams_in(const store::ReadTransaction& snapshot, Table table) {
    std::set<std::uint32_t> streams;
    const auto cursor = snapshot.cursor(table);
    for (bool more = cursor->seek({}); more;) {
        const auto stream = store::KeyReader(cursor->key()).u32();
        streams.insert(stream);
        more = stream + 1 != 0 && cursor->seek(keys::stream(stream + 1).view());
    }
    return streams;
}

std::set<std::uint32_t> streams_under_removal(const store::ReadTransaction& snapshot) {
    std::set<std::uint32_t> streams;
    walk(snapshot, Table::agenda, {}, [&](BytesView key, const store::Value&) {
        store::KeyReader reader(key);
        reader.u64();
        if (static_cast<agenda::Kind>(reader.u8()) == agenda::Kind::remove_stream) streams.insert(reader.u32());
    });
    return streams;
}

}  // namespace

void audit_streams(const store::ReadTransaction& snapshot, std::vector<std::string>& findings) {
    std::set<std::uint32_t> known;
    walk(snapshot, Table::catalog, store::Key().u8(static_cast<std::uint8_t>(keys::CatalogKind::stream)).view(),
         [&](BytesView key, const store::Value& value) {
             store::KeyReader reader(key);
             reader.u8();
             const StreamName name{reader.text(), Bytes(reader.rest())};
             const auto id = load_little<std::uint32_t>(value.bytes().data());
             known.insert(id);
             const auto stream = read_stream(snapshot, id);
             if (!stream.has_value() || stream->row.stream != name) {
                 findings.push_back("stream " + name.name + ": its settings are missing or damaged");
             } else {
                 audit_stream(snapshot, *stream, findings);
             }
         });
    if (known.size() != snapshot.rows(Table::streams))
        findings.push_back("there are settings of streams that have no name");

    const auto leaving = streams_under_removal(snapshot);
    constexpr std::array tables = {Table::stream_partitions, Table::stream_log, Table::stream_times,
                                   Table::stream_producers, Table::stream_groups};
    for (const auto table : tables) {
        for (const auto stream : streams_in(snapshot, table))
            if (!known.contains(stream) && !leaving.contains(stream))
                findings.push_back("there are rows of stream " + std::to_string(stream) + ", which is gone");
    }
}

}  // namespace tern::engine
