#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/hidden_counts.hpp"
#include "broker/engine/stream.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

/// The streams that the engine has in hand: read when first named; partitions are written back once a batch. Pointers
/// stay valid until the stream is removed.
class Streams {
public:
    /// Errors: stream_does_not_exist; storage_damaged.
    Result<Stream*> find(const store::ReadTransaction& transaction, const StreamName& name);
    /// The same by number; null when there is no such stream or its row is damaged.
    Stream* find(const store::ReadTransaction& transaction, std::uint32_t id);
    /// Errors: partition_does_not_exist; storage_damaged when its row is missing.
    Result<Partition*> partition(const store::ReadTransaction& transaction, Stream& stream, std::uint32_t number);

    /// Makes a stream that does not exist yet, with all its partitions.
    Stream& add(store::WriteTransaction& transaction, StreamRow row);
    /// Adds partitions up to the number that the settings say, from the present number on.
    void grow(store::WriteTransaction& transaction, Stream& stream, std::uint32_t from);
    /// Takes a stream out of the catalog. Its rows stay: see stream_removal.hpp. The reference is dead afterwards.
    void remove(store::WriteTransaction& transaction, Stream& stream);
    /// Writes the settings of a stream.
    void save_row(store::WriteTransaction& transaction, const Stream& stream);
    /// Notes that the partition's row must be written at the end of the batch.
    void touch(Partition& partition);
    /// The partitions that write_back will write, in the order of their keys.
    const std::vector<Partition*>& touched();
    void write_back(store::WriteTransaction& transaction);

    /// Without those that topics keep their history in.
    std::uint64_t count(const store::ReadTransaction& transaction) const {
        return transaction.rows(store::Table::streams) - hidden_counts::read(transaction, hidden_counts::streams_row);
    }

    /// A producer id that was never given out.
    std::int64_t new_producer(store::WriteTransaction& transaction);
    bool gave_out(const store::ReadTransaction& transaction, std::int64_t producer);

private:
    Stream& keep(Stream&& stream);

    struct NameHash {
        std::size_t operator()(const StreamName& name) const {
            return std::hash<std::string_view>()(name.name) * 31 + std::hash<std::string_view>()(name.namespace_name);
        }
    };

    /// Hidden ones are found by their number only.
    std::unordered_map<StreamName, Stream*, NameHash> by_name_;
    std::unordered_map<std::uint32_t, std::unique_ptr<Stream>> by_id_;
    std::vector<Partition*> dirty_;
    /// The next producer id, once it was read.
    std::optional<std::int64_t> next_producer_;
};

/// Reads without keeping: for queries on snapshots. Errors: stream_does_not_exist; storage_damaged.
Result<Stream> read_stream(const store::ReadTransaction& transaction, const StreamName& name);
Result<Stream> read_stream(const store::ReadTransaction& transaction, std::uint32_t id);
/// Errors: partition_does_not_exist; storage_damaged when its row is missing.
Result<PartitionRow> read_partition(const store::ReadTransaction& transaction, const Stream& stream,
                                    std::uint32_t number);

}  // namespace tern::engine
