#include "tools/bench/stream_suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "tools/bench/bench_stream.hpp"
#include "tools/bench/idle_groups.hpp"
#include "tools/bench/median.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/stream_bench.hpp"
#include "tools/bench/stream_report.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t idle_groups = 100;
/// More than the processor's caches hold, several times.
constexpr std::uint64_t fetched_records = 5'000'000;
/// A modest load: what other work leaves of the broker's rate is not what is asked here.
constexpr double modest_records_per_s = 100'000;
/// What was promised, where the disk and LMDB allow it.
constexpr double appends_per_s_promised = 1'000'000;

class StreamSuite {
public:
    StreamSuite(const SuiteOptions& options, const std::filesystem::path& ternd, const ScratchFolder& scratch,
                const Progress& progress)
        : options_(options),
          ternd_(ternd),
          scratch_(scratch),
          progress_(progress) {}

    std::vector<SuiteRow> run() {
        measure_appends();
        measure_fetches();
        measure_both();
        measure_tail();
        measure_groups();
        measure_start();
        return std::move(rows_);
    }

private:
    LoadTimes times() const {
        return {.warm_up_seconds = std::min(1.0, options_.seconds / 2), .seconds = options_.seconds};
    }

    /// The rounds of a workload on a stream of its own, on a broker of its own.
    StreamBenchReport measure(const std::string& name, StreamWorkload workload, std::uint64_t backlog, bool baseline) {
        auto target = Target::start(ternd_, scratch_.make("stream-" + name));
        BenchStream stream(target, name, workload.partitions);
        workload.stream = stream.name();
        if (backlog > 0) stream.fill(workload, backlog);
        std::optional<BlockLoop> blocks;
        if (baseline) blocks.emplace(scratch_.make("block-loop-" + name), block_loop_shape(workload));

        StreamBenchOptions options;
        options.workload = workload;
        options.backlog = backlog;
        options.times = times();
        options.rounds = options_.rounds;
        options.baseline = baseline;
        std::vector<StreamTurn> turns;
        for (std::size_t i = 0; i < options_.rounds; ++i)
            turns.push_back(run_stream_turn(target, workload, times(), blocks ? &*blocks : nullptr, scratch_.path()));
        auto report = summarize(std::move(options), std::move(turns));
        report.broker_version = target.control().report().version;
        report.file_system = file_system_of(scratch_.path());
        return report;
    }

    void add(SuiteRow row) { rows_.push_back(std::move(row)); }

    void measure_appends() {
        progress_("Appends beside the block loop ...");
        const auto report = measure("append", {.mix = StreamMix::append}, 0, true);
        const auto target = std::min(appends_per_s_promised, report.store_loop_records_per_s);
        add({"stream_append_rate",
             "appends of 100-byte records, as far as the block loop goes",
             target,
             false,
             "records/s",
             report.records_per_s,
             {}});
        add({"stream_append", "appends of 100-byte records: share of the block loop", 0.6, false, "",
             report.ratio_to_store_loop, as_json(report)});
    }

    void measure_fetches() {
        progress_("Fetches by one consumer ...");
        const auto report = measure("fetch", {.mix = StreamMix::fetch}, fetched_records, false);
        add({"stream_fetch", "fetches by one consumer", 1, false, "GB/s", report.fetched_bytes_per_s / 1e9,
             as_json(report)});
    }

    void measure_both() {
        progress_("Appends at a modest rate with a consumer and without ...");
        const StreamWorkload modest{.mix = StreamMix::both, .records_per_s_max = modest_records_per_s};
        const auto report = measure("both", modest, fetched_records, false);
        add({"stream_both",
             fmt::format("appends at {} records/s beside a consumer at full speed: share of the rate without",
                         with_commas(modest_records_per_s)),
             0.9, false, "", report.ratio_with_consumer, as_json(report)});

        progress_("Appends at full speed with a consumer and without ...");
        const auto full = measure("both-full", {.mix = StreamMix::both}, 0, false);
        add({"stream_both_full", "appends at full speed beside a consumer at full speed: share of the rate without",
             0.9, false, "", full.ratio_with_consumer, as_json(full)});
    }

    void measure_tail() {
        progress_("The way of a record to a consumer that waits ...");
        const auto report = measure("tail", {.mix = StreamMix::tail}, 0, true);
        add({"stream_tail", "append to receipt by a waiting fetch: p50 against an acknowledged append's", 1.5, true,
             "x", report.ratio_tail_to_append, as_json(report)});
    }

    void measure_groups() {
        progress_(fmt::format("Memory of {} idle consumer groups ...", idle_groups));
        auto target = Target::start(ternd_, scratch_.make("stream-groups"));
        StreamWorkload workload;
        BenchStream stream(target, "groups", workload.partitions);
        workload.stream = stream.name();
        stream.fill(workload, 100'000);
        std::vector<double> bytes;
        for (std::size_t i = 0; i < options_.rounds; ++i)
            bytes.push_back(rss_anonymous_bytes_per_group(target, workload, idle_groups));
        // The first time counts: later ones find the memory that the groups before gave back.
        add({"stream_groups",
             fmt::format("anonymous memory for each of {} idle consumer groups", idle_groups),
             4,
             true,
             "KiB",
             bytes.front() / 1024,
             {}});
    }

    void measure_start() {
        progress_(fmt::format("Filling up a log of {} to start with ...", human_bytes(options_.log_bytes)));
        const auto folder = scratch_.make("stream-start");
        StreamWorkload workload;
        {
            auto target = Target::start(ternd_, folder);
            BenchStream stream(target, "start", workload.partitions);
            const auto batch = build_batch(workload);
            stream.fill(workload, options_.log_bytes / batch.bytes.size() * batch.records);
        }
        std::vector<double> milliseconds;
        for (std::size_t i = 0; i < options_.rounds; ++i)
            milliseconds.push_back(Target::start(ternd_, folder).start_seconds() * 1000);
        add({"stream_start",
             fmt::format("start with a log of {}", human_bytes(options_.log_bytes)),
             100,
             true,
             "ms",
             median(milliseconds),
             {{"log_bytes", options_.log_bytes}}});
    }

    const SuiteOptions& options_;
    const std::filesystem::path& ternd_;
    const ScratchFolder& scratch_;
    const Progress& progress_;
    std::vector<SuiteRow> rows_;
};

}  // namespace

std::vector<SuiteRow> measure_streams(const SuiteOptions& options, const std::filesystem::path& ternd,
                                      const ScratchFolder& scratch, const Progress& progress) {
    return StreamSuite(options, ternd, scratch, progress).run();
}

}  // namespace tern::bench
