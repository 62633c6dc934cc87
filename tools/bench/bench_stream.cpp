#include "tools/bench/bench_stream.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/bench/append_lane.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/load.hpp"

namespace tern::bench {

namespace {

/// Appends under way while a stream is filled.
constexpr std::size_t fills_under_way = 64;
/// Longer than any filling takes: it ends when all is appended.
constexpr double fill_seconds_max = 86'400;

}  // namespace

std::vector<PartitionRange> partition_ranges(Control& control, const std::string& stream) {
    const auto* description = control.call(describe_stream_frame(stream)).body_as_StreamDescription();
    if (description == nullptr || description->partitions() == nullptr)
        throw BenchError("A stream's description has no partitions.");
    std::vector<PartitionRange> ranges;
    for (const auto* partition : *description->partitions())
        ranges.push_back({partition->start_offset(), partition->end_offset()});
    return ranges;
}

BenchStream::BenchStream(Target& target, const std::string& label, std::uint32_t partitions)
    : target_(target),
      name_(fmt::format("bench-{}-{}", getpid(), label)) {
    target_.control().call(create_stream_frame(name_, partitions));
}

BenchStream::~BenchStream() {
    if (target_.started()) return;  // its data folder goes as a whole
    try {
        target_.control().call(delete_stream_frame(name_));
    } catch (const std::exception&) {
        // The broker is gone or stopping: its streams are then its owner's to delete.
    }
}

std::vector<PartitionRange> BenchStream::ranges() {
    return partition_ranges(target_.control(), name_);
}

void BenchStream::fill(const StreamWorkload& workload, std::uint64_t records) {
    const auto batch = build_batch(workload);
    const auto appends = (records + batch.records - 1) / batch.records;
    AppendBook book{AppendFrame(name_, batch.bytes), batch.records, batch.bytes.size(),
                    OffsetLedger(ranges(), batch.records), appends};

    std::vector<Requesters> clients(1);
    for (std::size_t i = 0; i < fills_under_way; ++i)
        clients[0].push_back(std::make_unique<AppendLane>(book, static_cast<std::uint32_t>(i % workload.partitions)));
    run_load(target_.endpoint(), std::move(clients), {.warm_up_seconds = 0, .seconds = fill_seconds_max});
    book.ledger.check_ends(ranges());
}

}  // namespace tern::bench
