#include "tools/bench/topic_suite.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/bench/topic_bench.hpp"
#include "tools/bench/topic_report.hpp"

namespace tern::bench {

namespace {

/// A load at which others' latency says something of the slow one, and not of a processor that is full.
constexpr double modest_publications_per_s = 200;
constexpr std::size_t few_subscribers = 10;
/// Publications on their way: so many that processors bound the rate and not the way of each, and so few that it does.
constexpr std::size_t enough_to_be_busy = 256;
constexpr std::size_t few_under_way = 16;

class TopicSuite {
public:
    TopicSuite(const SuiteOptions& options, const std::filesystem::path& ternd, const std::filesystem::path& data,
               const Progress& progress)
        : options_(options),
          ternd_(ternd),
          data_(data),
          progress_(progress) {}

    std::vector<SuiteRow> run() {
        measure_fan_out();
        measure_history("topic_history", enough_to_be_busy);
        measure_history("topic_history_few", few_under_way);
        measure_slow();
        measure_idle();
        measure_filters();
        return std::move(rows_);
    }

private:
    TopicBenchOptions like_all() const {
        TopicBenchOptions options;
        options.times = {.warm_up_seconds = std::min(1.0, options_.seconds / 2), .seconds = options_.seconds};
        options.rounds = options_.rounds;
        options.ternd = ternd_.string();
        options.data = data_;
        options.allow_memory = options_.allow_memory;
        return options;
    }

    void add(SuiteRow row) { rows_.push_back(std::move(row)); }

    void measure_fan_out() {
        auto options = like_all();
        options.baseline = true;
        const auto report = run_topic_bench(options, progress_);
        add({"topic_fan_out", "fan-out to 1,000 subscribers: share of a bare loop that writes each publication alone",
             0.7, false, "", report.ratio_to_write_loop, as_json(report)});
        add({"topic_fan_out_joined",
             "the same: share of a bare loop that joins its writes",
             0.7,
             false,
             "",
             report.ratio_to_joining_loop,
             {}});
    }

    void measure_history(std::string name, std::size_t in_flight) {
        auto options = like_all();
        options.workload.durable = true;
        options.workload.in_flight = in_flight;
        const auto report = run_topic_bench(options, progress_);
        add({std::move(name),
             fmt::format("fan-out with a durable history, {} publications on their way: share of one without",
                         in_flight),
             0.9, false, "", report.ratio_to_non_durable, as_json(report)});
    }

    void measure_slow() {
        auto options = like_all();
        options.slow = 1;
        options.workload.publications_per_s_max = modest_publications_per_s;
        const auto report = run_topic_bench(options, progress_);
        add({"topic_slow", "one subscriber of 1,000 stops reading: p99 of the others against before", 1.2, true, "x",
             report.ratio_p99_with_slow, as_json(report)});
    }

    void measure_idle() {
        auto options = like_all();
        options.workload.subscribers = few_subscribers;
        options.idle_connections = 10'000;
        options.rounds = 1;
        const auto report = run_topic_bench(options, progress_);
        add({"topic_idle", "anonymous memory for each of 10,000 idle WebSockets", 12, true, "KiB",
             report.rss_anonymous_bytes_per_connection / 1024, as_json(report)});
    }

    void measure_filters() {
        auto options = like_all();
        options.workload.subscribers = few_subscribers;
        options.filtered_subscriptions = 10'000;
        const auto report = run_topic_bench(options, progress_);
        add({"topic_filters", "a publish among 10,000 filtered subscriptions of which 10 match: cost against 10 in all",
             5, true, "x", report.ratio_of_filtered_publish, as_json(report)});
    }

    const SuiteOptions& options_;
    const std::filesystem::path& ternd_;
    const std::filesystem::path& data_;
    const Progress& progress_;
    std::vector<SuiteRow> rows_;
};

}  // namespace

std::vector<SuiteRow> measure_topics(const SuiteOptions& options, const std::filesystem::path& ternd,
                                     const std::filesystem::path& data, const Progress& progress) {
    return TopicSuite(options, ternd, data, progress).run();
}

}  // namespace tern::bench
