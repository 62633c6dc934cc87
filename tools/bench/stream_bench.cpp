#include "tools/bench/stream_bench.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/limits.hpp"
#include "tools/bench/append_lane.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/idle_groups.hpp"
#include "tools/bench/median.hpp"

namespace tern::bench {

namespace {

void check(const StreamBenchOptions& options) {
    const auto require = [](bool right, const char* sentence) {
        if (!right) throw BadOption(sentence);
    };
    const auto& workload = options.workload;
    require(workload.partitions >= 1 && workload.partitions <= protocol::partitions_max,
            "--partitions must be from 1 to 1024.");
    require(workload.connections >= 1 && workload.connections <= 10'000, "--connections must be from 1 to 10000.");
    require(workload.in_flight >= 1 && workload.in_flight <= protocol::requests_in_flight_max,
            "--in-flight must be from 1 to 1024.");
    require(workload.record_bytes >= 1 && workload.record_bytes <= protocol::record_bytes_max,
            "--bytes must be from 1 to 16777216.");
    require(workload.batch_records <= protocol::batch_records_max, "--batch must be from 1 to 65536.");
    require(records_in_batch(workload) * (workload.record_bytes + 64) <= protocol::record_batch_bytes_max,
            "--batch times --bytes must fit into a record batch of 17 MiB.");
    require(workload.records_per_s_max >= 0, "--rate must not be below 0.");
    require(workload.consumers >= 1 && workload.consumers <= 1'000, "--consumers must be from 1 to 1000.");
    require(workload.fetch_bytes >= 1 && workload.fetch_bytes <= protocol::frame_bytes_max,
            "--fetch-bytes must be from 1 to 20971520.");
    require(options.times.seconds > 0 && options.times.seconds <= 86'400, "--seconds must be from 0.1 to 86400.");
    require(options.rounds >= 1 && options.rounds <= 1000, "--rounds must be from 1 to 1000.");
    require(workload.mix != StreamMix::fetch || options.backlog > 0, "--mix fetch needs a --backlog.");
    require(options.groups <= 100'000, "--groups must be from 0 to 100000.");
}

bool appends(const StreamBenchReport& report) {
    return report.options.workload.mix == StreamMix::append || report.options.workload.mix == StreamMix::both;
}

double per_s(std::uint64_t number, const LoadResult& load) {
    return load.seconds > 0 ? static_cast<double>(number) / load.seconds : 0;
}

double records_per_s(const LoadResult& load) {
    return per_s(load.messages, load);
}

const Histogram& latency_of(const LoadResult& load, StreamRequest kind) {
    return load.latencies[static_cast<std::size_t>(kind)];
}

double p50_of_appends(const StreamRound& round) {
    return static_cast<double>(latency_of(round.appends, StreamRequest::append).percentile(50));
}

void add_loads(StreamBenchReport& report) {
    const auto& turns = report.turns;
    const bool appending = appends(report);
    const auto load_of = [&](const StreamTurn& turn) -> const LoadResult& {
        return appending ? turn.round.appends : turn.round.fetches;
    };
    report.records_per_s = median_of(turns, [&](const auto& turn) { return records_per_s(load_of(turn)); });
    report.bytes_per_s = median_of(turns, [&](const auto& turn) { return per_s(load_of(turn).bytes, load_of(turn)); });
    report.fetched_records_per_s = median_of(turns, [](const auto& turn) { return records_per_s(turn.round.fetches); });
    report.fetched_bytes_per_s =
        median_of(turns, [](const auto& turn) { return per_s(turn.round.fetches.bytes, turn.round.fetches); });
    report.commits_per_s = median_of(turns, [](const auto& turn) { return turn.round.broker.commits_per_s(); });
    report.commands_per_commit =
        median_of(turns, [](const auto& turn) { return turn.round.broker.commands_per_commit(); });
    if (appending) report.bytes_per_commit = report.bytes_per_s / report.commits_per_s;
    for (const auto& turn : turns) {
        report.measured_seconds += load_of(turn).seconds;
        report.fetch_latency.merge(latency_of(turn.round.fetches, StreamRequest::fetch));
        report.latency.merge(appending ? latency_of(turn.round.appends, StreamRequest::append)
                                       : latency_of(turn.round.fetches, StreamRequest::fetch));
    }
}

void add_comparison(StreamBenchReport& report) {
    report.records_per_s_alone =
        median_of(report.turns, [](const auto& turn) { return records_per_s(turn.alone->appends); });
    report.ratio_with_consumer = median_of(report.turns, [](const auto& turn) {
        return records_per_s(turn.round.appends) / records_per_s(turn.alone->appends);
    });
    report.ratio_p50_with_consumer = median_of(
        report.turns, [](const auto& turn) { return p50_of_appends(turn.round) / p50_of_appends(*turn.alone); });
}

void add_tail(StreamBenchReport& report) {
    const auto p50 = [](const Histogram& latency) { return static_cast<double>(latency.percentile(50)); };
    for (const auto& turn : report.turns) {
        report.latency.merge(turn.tail->acknowledged);
        report.receipt.merge(turn.tail->received);
        report.measured_seconds += turn.tail->seconds;
    }
    report.records_per_s = static_cast<double>(report.receipt.count()) / report.measured_seconds;
    report.ratio_tail_to_append = median_of(
        report.turns, [&](const auto& turn) { return p50(turn.tail->received) / p50(turn.tail->acknowledged); });
}

void add_baselines(StreamBenchReport& report) {
    const auto& turns = report.turns;
    const auto loop_rate = [](const StreamTurn& turn) {
        const auto& blocks = turn.baseline->blocks;
        return static_cast<double>(blocks.records) / blocks.seconds;
    };
    for (const auto& turn : turns) report.fdatasync.merge(turn.baseline->flush.latency);
    report.fdatasync_per_s = median_of(turns, [](const auto& turn) { return turn.baseline->flush.per_s(); });
    if (!appends(report)) return;
    report.store_loop_records_per_s = median_of(turns, loop_rate);
    report.store_loop_bytes_per_s = median_of(turns, [](const auto& turn) {
        return static_cast<double>(turn.baseline->blocks.bytes) / turn.baseline->blocks.seconds;
    });
    report.ratio_to_store_loop =
        median_of(turns, [&](const auto& turn) { return records_per_s(turn.round.appends) / loop_rate(turn); });
    report.ratio_to_fdatasync = median_of(
        turns, [](const auto& turn) { return records_per_s(turn.round.appends) / turn.baseline->flush.per_s(); });
}

}  // namespace

BlockLoopShape block_loop_shape(const StreamWorkload& workload) {
    const auto batch = build_batch(workload);
    return {.partitions = workload.partitions, .batch_bytes = batch.bytes.size(), .batch_records = batch.records};
}

StreamTurn run_stream_turn(Target& target, const StreamWorkload& workload, const LoadTimes& times, BlockLoop* blocks,
                           const std::filesystem::path& folder) {
    const auto seconds = std::min(times.seconds, baseline_seconds_max);
    StreamTurn turn;
    if (blocks != nullptr) turn.baseline.emplace().flush = run_flush_loop(folder, seconds);
    switch (workload.mix) {
        case StreamMix::append: turn.round = run_append_round(target, workload, times, Consumers::none); break;
        case StreamMix::fetch: turn.round = run_fetch_round(target, workload, times); break;
        case StreamMix::both:
            turn.alone = run_append_round(target, workload, times, Consumers::none);
            turn.round = run_append_round(target, workload, times, Consumers::reading);
            break;
        case StreamMix::tail: turn.tail = run_tail_loop(target, workload, times); break;
    }
    const auto& round = turn.round;
    if (blocks != nullptr && round.appends.bytes > 0)
        turn.baseline->blocks =
            blocks->run(seconds, per_s(round.appends.bytes, round.appends) / round.broker.commits_per_s());
    return turn;
}

StreamBenchReport summarize(StreamBenchOptions options, std::vector<StreamTurn> turns) {
    StreamBenchReport report;
    report.options = std::move(options);
    report.turns = std::move(turns);
    if (report.options.workload.mix == StreamMix::tail)
        add_tail(report);
    else
        add_loads(report);
    if (report.options.workload.mix == StreamMix::both) add_comparison(report);
    for (const auto& turn : report.turns) {
        const auto& broker = turn.tail ? turn.tail->broker : turn.round.broker;
        report.broker_cpu_seconds += broker.cpu_seconds;
        report.rss_anonymous_bytes = std::max(report.rss_anonymous_bytes, broker.rss_anonymous_bytes);
    }
    if (!report.turns.empty() && report.turns.front().baseline) add_baselines(report);
    return report;
}

StreamBenchReport run_stream_bench(const StreamBenchOptions& given, const Progress& progress) {
    check(given);
    auto options = given;
    auto& workload = options.workload;
    const ScratchFolder scratch(options.data);
    if (!options.allow_memory) require_disk(scratch.path());
    const auto file_system = file_system_of(scratch.path());
    progress(fmt::format("Measuring in {} ({} on {}).", scratch.path().string(), file_system.type, file_system.device));
    auto target = options.server.empty() ? Target::start(find_ternd(options.ternd), scratch.make("broker"))
                                         : Target::connect(parse_endpoint(options.server));
    BenchStream stream(target, "stream", workload.partitions);
    workload.stream = stream.name();
    if (options.backlog > 0) {
        progress(fmt::format("Filling up with {} records ...", options.backlog));
        stream.fill(workload, options.backlog);
    }
    std::optional<BlockLoop> blocks;
    if (options.baseline) blocks.emplace(scratch.make("block-loop"), block_loop_shape(workload));

    std::vector<StreamTurn> turns;
    for (std::size_t i = 0; i < options.rounds; ++i) {
        progress(fmt::format("Round {} of {} ...", i + 1, options.rounds));
        turns.push_back(run_stream_turn(target, workload, options.times, blocks ? &*blocks : nullptr, scratch.path()));
    }
    std::optional<double> per_group;
    if (options.groups > 0) {
        progress(fmt::format("Memory of {} idle groups ...", options.groups));
        per_group = rss_anonymous_bytes_per_group(target, workload, options.groups);
    }
    auto report = summarize(options, std::move(turns));
    report.rss_anonymous_bytes_per_group = per_group;
    report.broker_version = target.control().report().version;
    report.file_system = file_system;
    return report;
}

}  // namespace tern::bench
