#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "tern/stream.hpp"
#include "tools/tern/streams/partition_cursor.hpp"
#include "tools/tern/streams/record_text.hpp"

namespace tern::cli {

/// Reads records of several partitions, merged by their times; within a partition in the order of the offsets.
class RecordReader {
public:
    /// Answers a fetch: BlockingClient::fetch, or a test.
    using Fetch = std::function<std::vector<FetchedPartition>(const std::vector<FetchPosition>&, const FetchOptions&)>;

    RecordReader(Fetch fetch, StreamName stream, const std::vector<OffsetRange>& ranges);

    /// The next record; nothing when all is read. Valid until the next call. Errors: Failure, Error.
    std::optional<PlacedRecord> next();

    /// One more partition.
    void add(const OffsetRange& range);
    /// From now on there is no last record: next() gives nothing when it would have to wait, and wait_for_more() waits.
    void follow();
    /// Waits so long for records to come, up to 20 seconds. Errors: Failure, Error.
    void wait_for_more(std::chrono::milliseconds wait);

    /// Where each partition would be read next.
    std::vector<OffsetRange> positions() const;
    /// Records that were removed before they were read.
    std::uint64_t missed() const;

private:
    /// A partition's next record, by its time.
    struct Head {
        std::int64_t timestamp_ms = 0;
        std::size_t cursor = 0;

        bool operator>(const Head& other) const {
            return timestamp_ms != other.timestamp_ms ? timestamp_ms > other.timestamp_ms : cursor > other.cursor;
        }
    };

    /// Fetches for every partition that has no record at hand; false when none needs it.
    bool fetch_missing(std::chrono::milliseconds wait);
    void push_head(std::size_t cursor);
    void leave_record();

    Fetch fetch_;
    StreamName stream_;
    std::deque<PartitionCursor> cursors_;
    std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
    /// The one whose record was given out last.
    std::optional<std::size_t> given_;
    bool following_ = false;
};

}  // namespace tern::cli
