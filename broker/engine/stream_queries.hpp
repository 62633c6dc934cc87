#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_streams.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_partition.hpp"
#include "broker/store/store.hpp"

/// What can be asked of streams without changing anything: read from a snapshot, on any thread.
namespace tern::engine {

/// A snapshot may see a commit that a power cut could still undo. Whoever reads records asks how far a partition is
/// durable: nothing when all that the snapshot sees is.
using DurableEnd = std::function<std::optional<std::uint64_t>(StreamPartition)>;

struct PartitionDescription {
    std::uint32_t partition = 0;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    std::uint64_t bytes = 0;
    std::optional<Timestamp> oldest_at;
    std::optional<Timestamp> newest_at;
};
struct StreamDescription {
    StreamName stream;
    StreamSettings settings;
    std::vector<PartitionDescription> partitions;
    Timestamp created_at;
    Timestamp modified_at;
    std::vector<std::string> groups;
};
/// Errors: stream_does_not_exist; storage_damaged.
Result<StreamDescription> describe_stream(const store::ReadTransaction& snapshot, const StreamName& stream,
                                          const DurableEnd& durable_end);

struct StreamSummary {
    std::string name;
    std::uint32_t partitions = 0;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::optional<Timestamp> newest_at;
};
struct StreamPage {
    std::vector<StreamSummary> streams;
    std::string next_token;
};
/// The streams of a namespace in the order of their names. Errors: page_size_invalid, page_token_invalid.
Result<StreamPage> list_streams(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                                const std::string& prefix, const Page& page);

/// Values are those of the wire.
enum class Position : std::uint8_t { earliest = 0, latest = 1, time = 2 };
struct FindOffsets {
    StreamName stream;
    /// Empty: all.
    std::vector<std::uint32_t> partitions;
    Position position = Position::earliest;
    Timestamp time;
};
struct FoundOffset {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    /// Of the record found; nothing when there is none at or after the time, and offset is the partition's end.
    std::optional<std::int64_t> timestamp_ms;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
};
/// Errors: stream_does_not_exist, partition_does_not_exist; storage_damaged.
Result<std::vector<FoundOffset>> find_offsets(const store::ReadTransaction& snapshot, const FindOffsets& what,
                                              const DurableEnd& durable_end);

struct FetchPosition {
    StreamName stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes_max = 1u << 20;
};
struct FetchLimits {
    std::uint64_t bytes_max = 8u << 20;
    /// 0: no limit.
    std::uint64_t records_max = 0;
};
struct FetchedPartition {
    Errc status = Errc::ok;
    /// Who to wait for; stream 0 when the status says that there is none.
    StreamPartition partition;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// Whole record batches, as they were appended.
    Bytes batches;
};
struct Fetched {
    /// In the order of the positions.
    std::vector<FetchedPartition> partitions;
    std::uint64_t bytes = 0;
};
/// Reads from each position in turn, in whole batches, within the limits; the first batch of the first partition that
/// has one comes whole even if it is longer. Statuses of the entries: stream_does_not_exist, partition_does_not_exist,
/// offset_out_of_range, storage_damaged.
Fetched fetch(const store::ReadTransaction& snapshot, const std::vector<FetchPosition>& positions,
              const FetchLimits& limits, const DurableEnd& durable_end);

std::uint64_t count_streams(const store::ReadTransaction& snapshot);

}  // namespace tern::engine
