#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/record_batch.hpp"
#include "tern/stream.hpp"

namespace tern::cli {

/// What to read of a partition.
struct OffsetRange {
    std::uint32_t partition = 0;
    std::uint64_t from = 0;
    /// Of the first record that is not wanted any more.
    std::uint64_t to = 0;
};

/// The records of one partition, one by one out of the batches that were fetched.
class PartitionCursor {
public:
    explicit PartitionCursor(const OffsetRange& range) : range_(range) {}
    PartitionCursor(const PartitionCursor&) = delete;
    PartitionCursor& operator=(const PartitionCursor&) = delete;

    std::uint32_t partition() const { return range_.partition; }
    /// Of the next record that was not taken.
    std::uint64_t next_offset() const { return range_.from; }
    /// From now on there is no last record.
    void read_on();

    /// The next record; nothing when batches must be fetched first, or when all is read.
    const protocol::Record* head() const { return head_; }
    bool done() const { return head_ == nullptr && range_.from >= range_.to; }
    bool needs_fetch() const { return head_ == nullptr && !done(); }

    /// Takes an answer to a fetch from next_offset(). Errors: Failure for a batch that is damaged, Error for a refusal.
    void take(FetchedPartition&& fetched);
    /// Goes on behind the head. Errors: Failure.
    void advance();
    /// Records that were removed before they were read.
    std::uint64_t missed() const { return missed_; }

private:
    void find_head();
    bool open_batch();

    OffsetRange range_;
    std::string batches_;
    std::string_view unread_;
    std::optional<protocol::BatchReader> reader_;
    const protocol::Record* head_ = nullptr;
    std::uint64_t missed_ = 0;
};

}  // namespace tern::cli
