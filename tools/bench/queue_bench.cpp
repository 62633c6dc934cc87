#include "tools/bench/queue_bench.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/limits.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/median.hpp"
#include "tools/bench/store_loop.hpp"

namespace tern::bench {

namespace {

void check(const QueueBenchOptions& options) {
    const auto require = [](bool right, const char* sentence) {
        if (!right) throw BadOption(sentence);
    };
    const auto& workload = options.workload;
    require(workload.connections >= 1 && workload.connections <= 10'000, "--connections must be from 1 to 10000.");
    require(workload.in_flight >= 1 && workload.in_flight <= protocol::requests_in_flight_max,
            "--in-flight must be from 1 to 1024.");
    require(workload.batch >= 1 && workload.batch <= protocol::batch_entries_max, "--batch must be from 1 to 1000.");
    require(workload.body_bytes >= 1 && workload.body_bytes <= protocol::message_bytes_max,
            "--bytes must be from 1 to 16777216.");
    require(workload.batch * (workload.body_bytes + 64) <= protocol::frame_bytes_max,
            "--batch times --bytes must fit into a frame of 20 MiB.");
    require(options.queues >= 1 && options.queues <= 100'000, "--queues must be from 1 to 100000.");
    require(options.times.seconds > 0 && options.times.seconds <= 86'400, "--seconds must be from 0.1 to 86400.");
    require(options.rounds >= 1 && options.rounds <= 1000, "--rounds must be from 1 to 1000.");
    require(workload.mix != Mix::receive_delete || options.backlog > 0, "--mix receive-delete needs a --backlog.");
}

double p50_of(const LoadResult& load) {
    Histogram all;
    for (const auto& latency : load.latencies) all.merge(latency);
    return static_cast<double>(all.percentile(50));
}

void add_baselines(QueueBenchReport& report) {
    const auto& baselines = report.baselines;
    const auto flush_rate = [](const Baseline& b) { return b.flush.per_s(); };
    report.fdatasync_per_s = median_of(baselines, flush_rate);
    report.store_loop_per_s = median_of(baselines, [](const Baseline& b) { return b.store_loop_per_s; });
    std::vector<double> to_flush, to_store, p50_to_flush;
    for (std::size_t i = 0; i < baselines.size(); ++i) {
        const auto& round = report.rounds[i];
        report.fdatasync.merge(baselines[i].flush.latency);
        to_flush.push_back(round.throughput_per_s / flush_rate(baselines[i]));
        to_store.push_back(round.throughput_per_s / baselines[i].store_loop_per_s);
        p50_to_flush.push_back(p50_of(round.load) / static_cast<double>(baselines[i].flush.latency.percentile(50)));
    }
    report.ratio_to_fdatasync = median(to_flush);
    report.ratio_to_store_loop = median(to_store);
    report.ratio_p50_to_fdatasync = median(p50_to_flush);
}

}  // namespace

QueueBenchReport summarize(QueueBenchOptions options, std::vector<Round> rounds, std::vector<Baseline> baselines) {
    QueueBenchReport report;
    report.options = std::move(options);
    report.rounds = std::move(rounds);
    report.baselines = std::move(baselines);
    report.throughput_per_s = median_of(report.rounds, [](const Round& r) { return r.throughput_per_s; });
    report.commits_per_s = median_of(report.rounds, [](const Round& r) { return r.commits_per_s; });
    report.commands_per_commit = median_of(report.rounds, [](const Round& r) { return r.commands_per_commit; });
    report.messages_per_commit = median_of(report.rounds, [](const Round& r) { return r.messages_per_commit; });
    for (const auto& round : report.rounds) {
        report.broker_cpu_seconds += round.broker_cpu_seconds;
        report.measured_seconds += round.load.seconds;
        report.rss_anonymous_bytes = std::max(report.rss_anonymous_bytes, round.rss_anonymous_bytes);
        for (std::size_t kind = 0; kind < request_kind_count; ++kind) {
            report.latency_by_request[kind].merge(round.load.latencies[kind]);
            report.latency.merge(round.load.latencies[kind]);
        }
    }
    if (!report.baselines.empty()) add_baselines(report);
    return report;
}

void run_baseline_round(Target& target, const Workload& workload, const LoadTimes& times, StoreLoop& store_loop,
                        const std::filesystem::path& folder, std::vector<Round>& rounds,
                        std::vector<Baseline>& baselines) {
    const auto seconds = std::min(times.seconds, baseline_seconds_max);
    Baseline baseline;
    baseline.flush = run_flush_loop(folder, seconds);
    rounds.push_back(run_round(target, workload, times));
    const auto bare = store_loop.run(seconds, rounds.back().messages_per_commit);
    if (bare.messages == 0) throw BenchError("The store loop had nothing to do: ask for a longer --backlog.");
    baseline.store_loop_per_s = static_cast<double>(bare.messages) / bare.seconds;
    baselines.push_back(std::move(baseline));
}

QueueBenchReport run_queue_bench(const QueueBenchOptions& given, const Progress& progress) {
    check(given);
    auto options = given;
    const ScratchFolder scratch(options.data);
    if (!options.allow_memory) require_disk(scratch.path());
    const auto file_system = file_system_of(scratch.path());
    progress(fmt::format("Measuring in {} ({} on {}).", scratch.path().string(), file_system.type, file_system.device));
    auto target = options.server.empty() ? Target::start(find_ternd(options.ternd), scratch.make("broker"))
                                         : Target::connect(parse_endpoint(options.server));
    const BenchQueues queues(target, "queue", options.queues, options.workload.body_bytes);
    options.workload.queues = queues.names();
    if (options.backlog > 0) {
        progress(fmt::format("Filling up with {} messages ...", options.backlog));
        target.control().fill(options.workload, options.backlog);
    }
    const auto& workload = options.workload;
    std::optional<StoreLoop> store_loop;
    if (options.baseline)
        store_loop.emplace(scratch.make("store-loop"), StoreLoopShape{workload.mix, workload.batch, workload.body_bytes,
                                                                      options.queues, options.backlog});

    std::vector<Round> rounds;
    std::vector<Baseline> baselines;
    for (std::size_t i = 0; i < options.rounds; ++i) {
        progress(fmt::format("Round {} of {} ...", i + 1, options.rounds));
        if (store_loop)
            run_baseline_round(target, workload, options.times, *store_loop, scratch.path(), rounds, baselines);
        else
            rounds.push_back(run_round(target, workload, options.times));
    }
    auto report = summarize(options, std::move(rounds), std::move(baselines));
    report.broker_version = target.control().report().version;
    report.file_system = file_system;
    return report;
}

}  // namespace tern::bench
