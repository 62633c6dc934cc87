#include "clients/cpp/source/partition_reader.hpp"

#include <algorithm>
#include <utility>

namespace tern::detail {

namespace {

std::optional<std::string> own(const std::optional<std::string_view>& text) {
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

ConsumedRecord own(const StreamPartition& from, const protocol::Record& record) {
    ConsumedRecord owned{from.stream,
                         from.partition,
                         static_cast<std::uint64_t>(record.offset),
                         TimePoint(std::chrono::milliseconds(record.timestamp_ms)),
                         own(record.key),
                         own(record.value),
                         {}};
    owned.headers.reserve(record.headers.size());
    for (const auto& header : record.headers) owned.headers.push_back({std::string(header.key), own(header.value)});
    return owned;
}

}  // namespace

void PartitionReader::seek(std::uint64_t offset) {
    chunks_.clear();
    rest_ = {};
    is_open_ = false;
    damaged_ = false;
    buffered_bytes_ = 0;
    position_ = fetch_offset_ = offset;
}

void PartitionReader::add(std::string&& batches) {
    if (batches.empty()) return;
    auto& chunk = chunks_.emplace_back(std::move(batches));
    if (chunks_.size() == 1) rest_ = chunk;
    buffered_bytes_ += chunk.size();
    for (std::string_view rest = chunk; const auto header = protocol::read_batch_header(rest);) {
        fetch_offset_ = std::max(fetch_offset_, static_cast<std::uint64_t>(header->next_offset()));
        rest.remove_prefix(header->bytes);
    }
}

bool PartitionReader::open_next() {
    while (!chunks_.empty()) {
        if (rest_.empty()) {
            buffered_bytes_ -= chunks_.front().size();
            chunks_.pop_front();
            if (!chunks_.empty()) rest_ = chunks_.front();
            continue;
        }
        const auto header = protocol::read_batch_header(rest_);
        damaged_ = !header;
        if (damaged_) return false;
        const auto batch = rest_.substr(0, header->bytes);
        rest_.remove_prefix(header->bytes);
        if (static_cast<std::uint64_t>(header->next_offset()) <= position_) continue;
        damaged_ = reader_.open(batch) != protocol::BatchFault::none;
        is_open_ = !damaged_;
        return is_open_;
    }
    return false;
}

bool PartitionReader::take(const StreamPartition& from, std::size_t records_max, std::vector<ConsumedRecord>& to) {
    const auto end = to.size() + records_max;
    while (!damaged_ && to.size() < end) {
        if (!is_open_ && !open_next()) break;
        const auto* record = reader_.next();
        if (!record) {
            is_open_ = false;
            damaged_ = reader_.fault() != protocol::BatchFault::none;
            if (!damaged_) position_ = std::max(position_, static_cast<std::uint64_t>(reader_.header().next_offset()));
            continue;
        }
        if (static_cast<std::uint64_t>(record->offset) < position_) continue;
        to.push_back(own(from, *record));
        position_ = static_cast<std::uint64_t>(record->offset) + 1;
    }
    return !damaged_;
}

}  // namespace tern::detail
