#include "tools/bench/stream_round.hpp"

#include <algorithm>
#include <future>
#include <numeric>

#include "tools/bench/append_lane.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/fetch_lane.hpp"

namespace tern::bench {

namespace {

/// Of a consumer: while it reads one answer, the broker makes the next.
constexpr std::size_t fetches_under_way_max = 2;

/// A consumer's fetches share the partitions: each has every n-th.
Requesters consumer(const StreamWorkload& workload, const std::vector<PartitionRange>& ranges) {
    const auto fetches = std::min<std::size_t>(fetches_under_way_max, workload.partitions);
    Requesters lanes;
    for (std::size_t fetch = 0; fetch < fetches; ++fetch) {
        FetchShape shape{.partitions = {}, .partition_bytes_max = workload.fetch_bytes};
        std::vector<std::uint64_t> starts;
        for (auto partition = fetch; partition < ranges.size(); partition += fetches) {
            shape.partitions.push_back(static_cast<std::uint32_t>(partition));
            starts.push_back(ranges[partition].start);
        }
        lanes.push_back(std::make_unique<FetchLane>(workload.stream, shape, std::move(starts)));
    }
    return lanes;
}

std::vector<Requesters> consumers_of(const StreamWorkload& workload, const std::vector<PartitionRange>& ranges) {
    std::vector<Requesters> clients;
    for (std::size_t i = 0; i < workload.consumers; ++i) clients.push_back(consumer(workload, ranges));
    return clients;
}

/// Each producer's appends begin at partitions of their own and stay there.
std::vector<Requesters> producers_of(const StreamWorkload& workload, AppendBook& book) {
    std::vector<Requesters> clients(workload.connections);
    for (std::size_t number = 0; number < workload.connections * workload.in_flight; ++number)
        clients[number / workload.in_flight].push_back(
            std::make_unique<AppendLane>(book, static_cast<std::uint32_t>(number % workload.partitions)));
    return clients;
}

}  // namespace

StreamRound run_append_round(Target& target, const StreamWorkload& workload, LoadTimes times, Consumers consumers) {
    const auto before = partition_ranges(target.control(), workload.stream);
    const auto batch = build_batch(workload);
    AppendBook book{AppendFrame(workload.stream, batch.bytes), batch.records, batch.bytes.size(),
                    OffsetLedger(before, batch.records)};
    auto append_times = times;
    append_times.requests_per_s_max = workload.records_per_s_max / static_cast<double>(batch.records);

    Observer observer(target);
    const auto window = observer.window();
    StreamRound round;
    std::future<LoadResult> reading;
    if (consumers == Consumers::reading)
        reading = std::async(std::launch::async,
                             [&] { return run_load(target.endpoint(), consumers_of(workload, before), times); });
    round.appends = run_load(target.endpoint(), producers_of(workload, book), append_times, window);
    if (reading.valid()) round.fetches = reading.get();
    round.broker = observer.result();
    book.ledger.check_ends(partition_ranges(target.control(), workload.stream));

    if (round.broker.commits <= 0 || round.appends.messages == 0)
        throw BenchError("The measured time is too short to tell anything: use longer --seconds.");
    return round;
}

StreamRound run_fetch_round(Target& target, const StreamWorkload& workload, LoadTimes times) {
    const auto ranges = partition_ranges(target.control(), workload.stream);
    const bool empty =
        std::all_of(ranges.begin(), ranges.end(), [](const auto& range) { return range.start == range.end; });
    if (empty) throw BenchError("There is nothing to fetch: ask for a longer --backlog.");

    Observer observer(target);
    const auto window = observer.window();
    StreamRound round;
    round.fetches = run_load(target.endpoint(), consumers_of(workload, ranges), times, window);
    round.broker = observer.result();
    if (round.fetches.messages == 0)
        throw BenchError("The measured time is too short to tell anything: use longer --seconds.");
    return round;
}

}  // namespace tern::bench
