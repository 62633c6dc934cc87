#include "tools/tern/streams/partition_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "tern/error.hpp"
#include "tools/tern/failure.hpp"

namespace tern::cli {

namespace {

[[noreturn]] void throw_damaged(std::uint32_t partition, std::uint64_t offset, protocol::BatchFault fault) {
    throw Failure(ExitCode::failed,
                  fmt::format("partition {}: the record batch at offset {} cannot be read: {}", partition, offset,
                              protocol::text_of(fault)),
                  fmt::format("Go on behind it with --partition {} --from OFFSET.", partition));
}

}  // namespace

void PartitionCursor::read_on() {
    range_.to = std::numeric_limits<std::uint64_t>::max();
    if (head_ != nullptr) return;
    // What was read past the old end is fetched again.
    reader_.reset();
    unread_ = {};
}

void PartitionCursor::take(FetchedPartition&& fetched) {
    if (fetched.status == Status::offset_out_of_range && fetched.start_offset > range_.from) {
        missed_ += std::min(fetched.start_offset, range_.to) - range_.from;
        range_.from = fetched.start_offset;
        return;
    }
    if (!fetched.ok()) throw Error(fetched.status, std::move(fetched.detail));
    reader_.reset();
    batches_ = std::move(fetched.batches);
    unread_ = batches_;
    find_head();
}

void PartitionCursor::advance() {
    range_.from = static_cast<std::uint64_t>(head_->offset) + 1;
    find_head();
}

void PartitionCursor::find_head() {
    head_ = nullptr;
    while (range_.from < range_.to) {
        if (!reader_ && !open_batch()) return;
        while (const auto* record = reader_->next()) {
            const auto offset = static_cast<std::uint64_t>(record->offset);
            if (offset < range_.from) continue;
            if (offset < range_.to) head_ = record;
            // The record stays in the reader's hands, so there is no next batch yet.
            if (offset >= range_.to) range_.from = range_.to;
            return;
        }
        if (reader_->fault() != protocol::BatchFault::none) {
            throw_damaged(range_.partition, range_.from, reader_->fault());
        }
        range_.from = std::max(range_.from, static_cast<std::uint64_t>(reader_->header().next_offset()));
        reader_.reset();
    }
}

bool PartitionCursor::open_batch() {
    if (unread_.empty()) return false;
    const auto header = protocol::read_batch_header(unread_);
    if (!header) throw_damaged(range_.partition, range_.from, protocol::BatchFault::cut_off);
    reader_.emplace(unread_.substr(0, header->bytes));
    unread_.remove_prefix(header->bytes);
    if (reader_->fault() != protocol::BatchFault::none) {
        throw_damaged(range_.partition, range_.from, reader_->fault());
    }
    return true;
}

}  // namespace tern::cli
