#include "tools/bench/offset_ledger.hpp"

#include <fmt/format.h>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

OffsetLedger::OffsetLedger(const std::vector<PartitionRange>& ranges, std::uint64_t batch_records)
    : batch_records_(batch_records) {
    for (const auto& range : ranges) partitions_.push_back({.begin = range.end});
}

void OffsetLedger::take(std::uint32_t partition, std::int64_t base_offset) {
    auto& entry = partitions_[partition];
    const auto offset = static_cast<std::uint64_t>(base_offset);
    if (base_offset < 0 || offset < entry.begin || (offset - entry.begin) % batch_records_ != 0)
        throw BenchError(
            fmt::format("The broker gave a batch of {} records the offset {} in partition {}, which begins at {}.",
                        batch_records_, base_offset, partition, entry.begin));
    ++entry.batches;
    entry.sum_of_places += (offset - entry.begin) / batch_records_;
}

void OffsetLedger::check_ends(const std::vector<PartitionRange>& ranges) const {
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
        const auto& entry = partitions_[i];
        const auto expected = entry.begin + entry.batches * batch_records_;
        if (ranges[i].end != expected)
            throw BenchError(fmt::format("Partition {} ends at {}; after what was acknowledged it must end at {}.", i,
                                         ranges[i].end, expected));
        if (entry.batches > 0 && entry.sum_of_places != entry.batches * (entry.batches - 1) / 2)
            throw BenchError(fmt::format("The broker gave two batches the same offset in partition {}.", i));
    }
}

std::uint64_t OffsetLedger::records() const {
    std::uint64_t batches = 0;
    for (const auto& partition : partitions_) batches += partition.batches;
    return batches * batch_records_;
}

}  // namespace tern::bench
