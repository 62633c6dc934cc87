#include "tools/bench/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>

#include "tools/bench/aws_suite.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/median.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/store_loop.hpp"
#include "tools/bench/stream_suite.hpp"
#include "tools/bench/topic_suite.hpp"

namespace tern::bench {

namespace json = boost::json;

namespace {

constexpr std::size_t body_bytes = 200;
/// Enough requests under way to fill the broker's batches, few enough to keep its latency in milliseconds.
constexpr std::size_t cycle_in_flight = 4;
constexpr double mebibyte = 1 << 20;

class Suite {
public:
    Suite(const SuiteOptions& options, const Progress& progress)
        : options_(options),
          progress_(progress),
          scratch_(options.data),
          ternd_(find_ternd(options.ternd)) {}

    SuiteReport run() {
        report_.options = options_;
        report_.machine = this_machine();
        report_.file_system = file_system_of(scratch_.path());
        if (!options_.allow_memory) require_disk(scratch_.path());
        progress_(fmt::format("Measuring in {} ({} on {}).", scratch_.path().string(), report_.file_system.type,
                              report_.file_system.device));
        if (measured(SuiteShapes::queues)) {
            measure_cycle_and_queues();
            measure_sends();
            measure_backlog_and_memory();
        }
        if (measured(SuiteShapes::streams))
            for (auto& row : measure_streams(options_, ternd_, scratch_, progress_)) add(std::move(row));
        if (measured(SuiteShapes::topics))
            for (auto& row : measure_topics(options_, ternd_, options_.data, progress_)) add(std::move(row));
        if (measured(SuiteShapes::aws))
            for (auto& row : measure_aws(options_, ternd_, options_.data, progress_)) add(std::move(row));
        if (report_.broker_version.empty()) report_.broker_version = start("version").control().report().version;
        return std::move(report_);
    }

private:
    bool measured(SuiteShapes shapes) const { return options_.shapes == SuiteShapes::all || options_.shapes == shapes; }

    Workload workload(Mix mix, std::size_t connections, std::size_t in_flight, std::size_t batch,
                      const BenchQueues& queues) const {
        return {.mix = mix,
                .connections = connections,
                .in_flight = in_flight,
                .batch = batch,
                .body_bytes = body_bytes,
                .queues = queues.names()};
    }

    Workload cycle(const BenchQueues& queues) const { return workload(Mix::cycle, 64, cycle_in_flight, 10, queues); }

    LoadTimes times() const {
        return {.warm_up_seconds = std::min(1.0, options_.seconds / 2), .seconds = options_.seconds};
    }

    Target start(const std::string& name) {
        auto target = Target::start(ternd_, scratch_.make(name));
        report_.broker_version = target.control().report().version;
        return target;
    }

    QueueBenchReport with_baseline(Target& target, const Workload& load, const std::string& what) {
        progress_(what);
        const StoreLoopShape shape{load.mix, load.batch, load.body_bytes, load.queues.size(), 0};
        StoreLoop store_loop(scratch_.make(fmt::format("store-loop-{}", ++store_loops_)), shape);
        std::vector<Round> rounds;
        std::vector<Baseline> baselines;
        for (std::size_t i = 0; i < options_.rounds; ++i)
            run_baseline_round(target, load, times(), store_loop, scratch_.path(), rounds, baselines);
        return summary(load, std::move(rounds), std::move(baselines));
    }

    QueueBenchReport summary(const Workload& load, std::vector<Round> rounds, std::vector<Baseline> baselines) const {
        QueueBenchOptions options;
        options.workload = load;
        options.queues = load.queues.size();
        options.times = times();
        options.rounds = options_.rounds;
        auto report = summarize(options, std::move(rounds), std::move(baselines));
        report.broker_version = report_.broker_version;
        report.file_system = report_.file_system;
        return report;
    }

    void add(SuiteRow row) { report_.rows.push_back(std::move(row)); }

    /// The two loads take turns, so that whatever else the machine does falls on both.
    json::object compare(Target& one, const Workload& one_load, Target& other, const Workload& other_load,
                         double& ratio) {
        std::vector<Round> ones, others;
        std::vector<double> ratios;
        for (std::size_t i = 0; i < options_.rounds; ++i) {
            ones.push_back(run_round(one, one_load, times()));
            others.push_back(run_round(other, other_load, times()));
            ratios.push_back(others.back().throughput_per_s / ones.back().throughput_per_s);
        }
        ratio = median(ratios);
        return {{"reference", as_json(summary(one_load, std::move(ones), {}))},
                {"measured", as_json(summary(other_load, std::move(others), {}))}};
    }

    void measure_cycle_and_queues() {
        auto target = start("cycle");
        const auto at_rest = target.usage();
        add({"memory_at_rest",
             "anonymous memory at rest",
             12,
             true,
             "MiB",
             static_cast<double>(at_rest.rss_anonymous_bytes) / mebibyte,
             {}});

        const BenchQueues one(target, "one", 1, body_bytes);
        const auto report = with_baseline(target, cycle(one), "The full cycle beside the store loop ...");
        add({"cycle", "full cycle, 64 connections, batches of 10: share of the store loop", 0.5, false, "",
             report.ratio_to_store_loop, as_json(report)});

        progress_(fmt::format("The full cycle over {} queues and over one ...", options_.many_queues));
        const BenchQueues many(target, "many", options_.many_queues, body_bytes);
        SuiteRow row{"many_queues",
                     fmt::format("full cycle over {} queues: share of one queue's",
                                 with_commas(static_cast<double>(options_.many_queues))),
                     0.6,
                     false,
                     "",
                     0,
                     {}};
        row.details = compare(target, cycle(one), target, cycle(many), row.measured);
        add(std::move(row));
    }

    void measure_sends() {
        auto target = start("sends");
        const BenchQueues queue(target, "sends", 1, body_bytes);
        const auto single = with_baseline(target, workload(Mix::send, 1, 1, 1, queue), "One sender, one at a time ...");
        add({"single_sender_p50", "single sends, 1 connection x 1 in flight: p50 against fdatasync's", 2.5, true, "x",
             single.ratio_p50_to_fdatasync, as_json(single)});
        const auto ones = with_baseline(target, workload(Mix::send, 64, 1, 1, queue), "Single sends, 64 x 1 ...");
        add({"sends_64_1", "single sends, 64 connections x 1 in flight: rate against fdatasync's", 16, false, "x",
             ones.ratio_to_fdatasync, as_json(ones)});
        const auto many = with_baseline(target, workload(Mix::send, 64, 16, 1, queue), "Single sends, 64 x 16 ...");
        add({"sends_64_16", "single sends, 64 connections x 16 in flight: rate against fdatasync's", 60, false, "x",
             many.ratio_to_fdatasync, as_json(many)});

        constexpr std::pair<std::size_t, std::size_t> shapes[] = {{1, 1}, {4, 1}, {16, 1}, {64, 1}, {64, 4}, {64, 16}};
        for (const auto& [connections, in_flight] : shapes) {
            progress_(fmt::format("Curve: single sends, {} x {} ...", connections, in_flight));
            const auto load = workload(Mix::send, connections, in_flight, 1, queue);
            std::vector<Round> rounds;
            rounds.push_back(run_round(target, load, times()));
            report_.curve.push_back({connections, in_flight, summary(load, std::move(rounds), {})});
        }
    }

    void measure_backlog_and_memory() {
        auto empty = start("empty");
        auto full = start("backlog");
        const BenchQueues empty_queue(empty, "empty", 1, body_bytes), full_queue(full, "backlog", 1, body_bytes);
        progress_(fmt::format("Filling up with {} messages ...", with_commas(static_cast<double>(options_.backlog))));
        full.control().fill(cycle(full_queue), options_.backlog);
        progress_("The full cycle on a backlog and without ...");
        SuiteRow row{"backlog",
                     fmt::format("full cycle on a backlog of {}: share of an empty queue's",
                                 with_commas(static_cast<double>(options_.backlog))),
                     0.7,
                     false,
                     "",
                     0,
                     {}};
        row.details = compare(empty, cycle(empty_queue), full, cycle(full_queue), row.measured);
        add(std::move(row));

        progress_(
            fmt::format("Filling up to {} messages ...", with_commas(static_cast<double>(options_.memory_messages))));
        const auto held = full.control().totals(full_queue.names()).visible;
        if (held < options_.memory_messages) full.control().fill(cycle(full_queue), options_.memory_messages - held);
        const auto totals = full.control().totals(full_queue.names());
        add({"memory_full",
             fmt::format("anonymous memory with {} messages queued", with_commas(static_cast<double>(totals.visible))),
             24,
             true,
             "MiB",
             static_cast<double>(full.usage().rss_anonymous_bytes) / mebibyte,
             {{"messages", totals.visible}}});
    }

    const SuiteOptions& options_;
    const Progress& progress_;
    ScratchFolder scratch_;
    std::filesystem::path ternd_;
    SuiteReport report_;
    int store_loops_ = 0;
};

/// "0.52", "12.00 MiB", "2.49x", "1,000,000 records/s"
std::string figure_text(double figure, const std::string& unit) {
    const auto number = figure >= 1000 ? with_commas(figure) : fmt::format("{:.2f}", figure);
    return unit.empty() || unit == "x" ? number + unit : number + " " + unit;
}

}  // namespace

SuiteReport run_suite(const SuiteOptions& options, const Progress& progress) {
    if (options.seconds <= 0 || options.rounds == 0) throw BadOption("--seconds and --rounds must be above 0.");
    return Suite(options, progress).run();
}

json::object as_json(const SuiteReport& report) {
    json::array rows, curve;
    for (const auto& row : report.rows)
        rows.push_back(json::object{{"name", row.name},
                                    {"measure", row.measure},
                                    {"target", row.target},
                                    {"at_most", row.at_most},
                                    {"unit", row.unit},
                                    {"measured", row.measured},
                                    {"met", row.met()},
                                    {"details", row.details}});
    for (const auto& point : report.curve) {
        auto object = as_json(point.report);
        object["in_flight_total"] = point.connections * point.in_flight;
        curve.push_back(std::move(object));
    }
    return {{"machine", as_json(report.machine)},
            {"broker_version", report.broker_version},
            {"file_system", report.file_system.type},
            {"seconds", report.options.seconds},
            {"rounds", report.options.rounds},
            {"rows", std::move(rows)},
            {"curve", std::move(curve)}};
}

std::string as_table(const SuiteReport& report) {
    std::size_t width = 0;
    for (const auto& row : report.rows) width = std::max(width, row.measure.size());
    auto text = fmt::format("{:<{}}  {:>22}  {:>20}  {}\n", "measure", width, "target", "measured", "met");
    for (const auto& row : report.rows)
        text += fmt::format("{:<{}}  {:>22}  {:>20}  {}\n", row.measure, width,
                            (row.at_most ? "<= " : ">= ") + figure_text(row.target, row.unit),
                            figure_text(row.measured, row.unit), row.met() ? "yes" : "NO");
    return text;
}

}  // namespace tern::bench
