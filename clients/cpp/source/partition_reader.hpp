#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tern/record.hpp"
#include "tern/stream_consumer.hpp"

namespace tern::detail {

/// The batches of one partition that were fetched ahead, and the records in them from a position on.
class PartitionReader {
public:
    /// Forgets what was fetched, and goes on from this offset.
    void seek(std::uint64_t offset);
    /// Of the next record to give.
    std::uint64_t position() const { return position_; }
    /// Of the next record to fetch.
    std::uint64_t fetch_offset() const { return fetch_offset_; }
    std::size_t buffered_bytes() const { return buffered_bytes_; }

    /// Takes whole batches; the first may begin before the position.
    void add(std::string&& batches);
    /// Appends up to `records_max` records. False: what comes next is damaged; those before it were given.
    bool take(const StreamPartition& from, std::size_t records_max, std::vector<ConsumedRecord>& to);

private:
    /// False when there is no next batch, or it is damaged.
    bool open_next();

    std::deque<std::string> chunks_;
    /// Of the first chunk, behind the open batch.
    std::string_view rest_;
    protocol::BatchReader reader_;
    bool is_open_ = false;
    bool damaged_ = false;
    std::size_t buffered_bytes_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t fetch_offset_ = 0;
};

}  // namespace tern::detail
