#include "clients/cpp/source/producer_gathering.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "protocol/limits.hpp"

namespace tern::detail {

namespace {

using protocol::BatchBuilder;

// Batches whose memory is kept for the next ones.
constexpr std::size_t spare_max = 8;

/// What counts to the stream's maximum record size.
std::size_t content_bytes(const RecordView& record) {
    std::size_t bytes = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    for (const auto& header : record.headers) bytes += header.key.size() + (header.value ? header.value->size() : 0);
    return bytes;
}

}  // namespace

void ProducerGathering::set_partitions(std::uint32_t partitions, std::size_t record_bytes_max) {
    if (partitions > places_.size()) places_.resize(partitions);
    record_bytes_max_ = record_bytes_max;
}

std::optional<Error> ProducerGathering::refusal(const RecordView& record) const {
    if (record.partition && *record.partition >= places_.size()) {
        return Error(Status::partition_does_not_exist, std::to_string(*record.partition));
    }
    const auto bytes = content_bytes(record);
    if (bytes > record_bytes_max_) {
        return Error(Status::record_too_large,
                     std::to_string(bytes) + " of " + std::to_string(record_bytes_max_) + " bytes");
    }
    return std::nullopt;
}

std::size_t ProducerGathering::bytes_of(const RecordView& record) {
    return BatchBuilder::record_bytes(record.key, record.value, record.headers);
}

std::uint32_t ProducerGathering::partition_of(const RecordView& record) {
    if (record.partition) return *record.partition;
    if (record.key) return protocol::partition_of_key(*record.key, partitions());
    return turn_;
}

bool ProducerGathering::is_full(std::uint32_t partition, std::size_t bytes) const {
    const auto& open = places_[partition].open;
    return open && (open->builder.bytes() + bytes > options_.batch_bytes_max ||
                    open->builder.records() == protocol::batch_records_max);
}

void ProducerGathering::open(std::uint32_t partition) {
    auto& open = places_[partition].open;
    if (spare_.empty()) {
        open = std::make_unique<GatheringBatch>();
    } else {
        open = std::move(spare_.back());
        spare_.pop_back();
    }
    open->builder.begin();
    open->number = ++batches_begun_;
    open->partition = partition;
}

std::uint32_t ProducerGathering::add(const RecordView& record, std::int64_t now_ms,
                                     std::unique_ptr<Completion<Appended>> completion) {
    auto partition = partition_of(record);
    while (is_full(partition, bytes_of(record))) {
        close(partition);
        partition = partition_of(record);
    }
    if (!places_[partition].open) open(partition);
    auto& batch = *places_[partition].open;
    if (completion) {
        batch.completions.emplace_back(static_cast<std::uint32_t>(batch.builder.records()), std::move(completion));
    }
    const auto before = batch.builder.records() == 0 ? 0 : batch.builder.bytes();
    const auto at = record.timestamp ? record.timestamp->time_since_epoch().count() : now_ms;
    batch.builder.add(at, record.key, record.value, record.headers);
    bytes_ += batch.builder.bytes() - before;
    return partition;
}

std::size_t ProducerGathering::open_bytes(std::uint32_t partition) const {
    const auto& open = places_[partition].open;
    return open ? open->builder.bytes() : 0;
}

void ProducerGathering::close(std::uint32_t partition) {
    auto& place = places_[partition];
    place.closed.push_back(std::move(place.open));
    if (partition == turn_) turn_ = (turn_ + 1) % partitions();
}

std::unique_ptr<GatheringBatch> ProducerGathering::take(std::uint32_t partition) {
    auto& closed = places_[partition].closed;
    if (closed.empty()) close(partition);
    auto batch = std::move(closed.front());
    closed.erase(closed.begin());
    return batch;
}

std::vector<std::unique_ptr<GatheringBatch>> ProducerGathering::take_all() {
    std::vector<std::unique_ptr<GatheringBatch>> all;
    for (auto& place : places_) {
        std::move(place.closed.begin(), place.closed.end(), std::back_inserter(all));
        place.closed.clear();
        if (place.open) all.push_back(std::move(place.open));
    }
    return all;
}

void ProducerGathering::give_back(std::unique_ptr<GatheringBatch> batch) {
    batch->completions.clear();
    if (spare_.size() < spare_max) spare_.push_back(std::move(batch));
}

}  // namespace tern::detail
