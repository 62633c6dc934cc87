#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tern/error.hpp"
#include "tern/message.hpp"
#include "tern/queue.hpp"

namespace tern {

/// Names of all shapes are alike: a name, in a namespace if one is given.
using StreamName = QueueName;

/// Whose clock a record's timestamp is: the producer's, or the broker's at the append.
enum class TimestampType : std::uint8_t { create = 0, append = 1 };

/// What a stream's owner decides. Absent means: the default when a stream is created, as it is when one is changed. In
/// a description all are present.
struct StreamSettings {
    /// 1 to 1,024; can only grow.
    std::optional<std::int32_t> partitions = {};
    /// Records are kept so long after their append; zero: for ever.
    std::optional<std::chrono::milliseconds> retention = {};
    /// Of each partition; 0: no limit.
    std::optional<std::int64_t> retention_bytes = {};
    /// Key, value and headers of a record, 1 KiB to 16 MiB.
    std::optional<std::int64_t> record_bytes_max = {};
    std::optional<TimestampType> timestamp_type = {};
};

struct CreatedStream {
    /// False: it was there already, with the same settings.
    bool created = false;
};

struct PartitionDescription {
    std::uint32_t partition = 0;
    /// Of the oldest record there is, and of the next one.
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// Of the record batches, as they are stored.
    std::uint64_t bytes = 0;
    /// When the oldest and the newest records were appended.
    std::optional<TimePoint> oldest_at;
    std::optional<TimePoint> newest_at;
};

struct StreamDescription {
    std::string name;
    StreamSettings settings;
    std::vector<PartitionDescription> partitions;
    TimePoint created_at;
    TimePoint modified_at;
    /// The consumer groups that have committed offsets here.
    std::vector<std::string> groups;
};

struct StreamSummary {
    std::string name;
    std::uint32_t partitions = 0;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::optional<TimePoint> newest_at;
};
struct StreamPage {
    std::vector<StreamSummary> streams;
    /// Empty after the last page.
    std::string next_page_token;
};

/// A record batch for a partition, as protocol::BatchBuilder makes it. Producer does this for you.
struct BatchToAppend {
    std::uint32_t partition = 0;
    std::string batch;
    /// Where the partition must end for the batch to be appended (compare and append).
    std::optional<std::uint64_t> expected_offset = {};
};
struct AppendResult {
    Status status = Status::ok;
    std::uint64_t base_offset = 0;
    TimePoint appended_at;
    /// The producer had appended this batch before; base_offset is where.
    bool duplicate = false;
    /// Where the partition ends; with expected_offset_differs, what to expect.
    std::uint64_t end_offset = 0;
    /// What is wrong with the batch, where the status' own sentence is not enough.
    std::string detail = {};

    bool ok() const { return status == Status::ok; }
};

struct FetchPosition {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::uint32_t bytes_max = 1u << 20;
};
struct FetchOptions {
    std::string namespace_name = {};
    std::uint32_t bytes_max = 8u << 20;
    /// In whole batches; 0: no limit.
    std::uint32_t records_max = 0;
    /// Answered when there is so much, or when the wait is over.
    std::uint32_t bytes_min = 1;
    /// Up to 20 seconds.
    std::chrono::milliseconds wait{0};
};
struct FetchedPartition {
    Status status = Status::ok;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// Whole record batches, for protocol::BatchReader; the first may begin before the offset that was asked for.
    std::string batches;
    std::string detail = {};

    bool ok() const { return status == Status::ok; }
};

/// Where to begin.
enum class PositionKind : std::uint8_t { earliest = 0, latest = 1, time = 2 };
struct StreamPosition {
    PositionKind kind = PositionKind::earliest;
    /// For `time`: the first record at or after it.
    TimePoint time = {};
};
struct FoundOffset {
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    /// Absent when no record is at or after the time; then offset is the partition's end.
    std::optional<TimePoint> timestamp;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
};

struct AllocatedProducer {
    std::int64_t id = 0;
    std::int16_t epoch = 0;
};

}  // namespace tern
