#include "tools/bench/aws_bench.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "tools/bench/aws_lane.hpp"
#include "tools/bench/bare_http.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/data_folder.hpp"
#include "tools/bench/http_client.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/median.hpp"
#include "tools/bench/target.hpp"

namespace tern::bench {

namespace {

/// How long idle polls are watched, and how long they have to settle before.
constexpr double idle_poll_seconds = 5;
constexpr double settle_seconds = 1;
constexpr int pause_ms = 100;

void check_aws(const AwsBenchOptions& options) {
    const auto require = [](bool right, const char* sentence) {
        if (!right) throw BadOption(sentence);
    };
    const auto& workload = options.workload;
    require(workload.connections >= 1 && workload.connections <= 1000, "--connections must be from 1 to 1000.");
    require(workload.body_bytes >= 1 && workload.body_bytes <= 100'000, "--bytes must be from 1 to 100000.");
    require(options.idle_polls <= 10'000, "--idle-polls must be from 0 to 10000.");
    require(options.times.seconds > 0 && options.times.seconds <= 86'400, "--seconds must be from 0.1 to 86400.");
    require(options.rounds >= 1 && options.rounds <= 1000, "--rounds must be from 1 to 1000.");
    require(options.server.empty() == options.http.empty(), "--server and --http belong together.");
}

void pause_for(double seconds) {
    for (const auto end = Clock::now() + as_duration(seconds); Clock::now() < end;) {
        stop_if_interrupted();
        poll(nullptr, 0, pause_ms);
    }
}

class AwsBench {
public:
    AwsBench(const AwsBenchOptions& options, Target& target, const Progress& progress)
        : options_(options),
          workload_(options.workload),
          target_(target),
          http_(options.http.empty() ? target.http_endpoint() : parse_endpoint(options.http)),
          host_(to_string(http_)),
          progress_(progress),
          client_(http_) {
        workload_.queue = fmt::format("bench-{}-aws", getpid());
        client_.call(create_queue_request(host_, workload_.queue));
        if (options.baseline) bare_.emplace(sample_answer());
    }
    ~AwsBench() {
        if (target_.started()) return;
        try {
            HttpClient(http_).call(delete_queue_request(host_, workload_.queue));
        } catch (const std::exception&) {
            // The broker is gone or stopping: its queues are then its owner's to delete.
        }
    }
    AwsBench(const AwsBench&) = delete;
    AwsBench& operator=(const AwsBench&) = delete;

    AwsTurn run_turn() {
        AwsTurn turn;
        ProcessUsage begun;
        const LoadWindow window{.begins = [&] { begun = target_.usage(); },
                                .ends =
                                    [&] {
                                        const auto ended = target_.usage();
                                        turn.cpu_seconds = ended.cpu_seconds - begun.cpu_seconds;
                                        turn.rss_anonymous_bytes = ended.rss_anonymous_bytes;
                                    }};
        turn.broker = run_aws_load(http_, host_, workload_, options_.times, window);
        if (bare_) turn.bare_http = run_aws_load(bare_->endpoint(), host_, workload_, options_.times);
        return turn;
    }

    IdlePolls measure_idle() {
        progress_(fmt::format("{} receives that wait ...", options_.idle_polls));
        const auto queue = workload_.queue + "-idle";
        client_.call(create_queue_request(host_, queue));
        std::vector<std::unique_ptr<HttpClient>> polls;
        for (std::size_t i = 0; i < options_.idle_polls; ++i) {
            polls.push_back(std::make_unique<HttpClient>(http_));
            polls.back()->begin(long_poll_request(host_, queue));
        }
        pause_for(settle_seconds);
        const auto before = target_.usage();
        const auto begun = Clock::now();
        pause_for(idle_poll_seconds);
        const auto after = target_.usage();
        const IdlePolls idle{after.cpu_seconds - before.cpu_seconds, seconds_between(begun, Clock::now())};
        polls.clear();
        client_.call(delete_queue_request(host_, queue));
        return idle;
    }

private:
    /// What the broker answers to the first request of the load.
    std::string sample_answer() {
        auto workload = workload_;
        if (workload.mix == AwsMix::receive_delete) {
            workload.mix = AwsMix::send_batch;
            client_.call(AwsLane(workload, host_).next());
            workload.mix = AwsMix::receive_delete;
        }
        return client_.call(AwsLane(workload, host_).next());
    }

    const AwsBenchOptions& options_;
    AwsWorkload workload_;
    Target& target_;
    const Endpoint http_;
    const std::string host_;
    const Progress& progress_;
    HttpClient client_;
    std::optional<BareHttp> bare_;
};

}  // namespace

AwsBenchReport summarize(const AwsBenchOptions& options, std::vector<AwsTurn> turns) {
    AwsBenchReport report;
    report.options = options;
    report.turns = std::move(turns);
    report.requests_per_s = median_of(report.turns, [](const auto& turn) { return turn.broker.requests_per_s(); });
    report.messages_per_s = median_of(report.turns, [](const auto& turn) { return turn.broker.messages_per_s(); });
    for (const auto& turn : report.turns) {
        report.latency.merge(turn.broker.latency);
        report.broker_cpu_seconds += turn.cpu_seconds;
        report.measured_seconds += turn.broker.seconds;
        report.rss_anonymous_bytes = std::max(report.rss_anonymous_bytes, turn.rss_anonymous_bytes);
    }
    if (report.turns.front().bare_http) {
        report.bare_http_requests_per_s =
            median_of(report.turns, [](const auto& turn) { return turn.bare_http->requests_per_s(); });
        report.ratio_to_bare_http = median_of(report.turns, [](const auto& turn) {
            return turn.broker.requests_per_s() / turn.bare_http->requests_per_s();
        });
    }
    return report;
}

AwsBenchReport run_aws_bench(const AwsBenchOptions& options, const Progress& progress) {
    check_aws(options);
    const ScratchFolder scratch(options.data);
    if (!options.allow_memory) require_disk(scratch.path());
    auto target = options.server.empty() ? Target::start(find_ternd(options.ternd), scratch.make("broker"))
                                         : Target::connect(parse_endpoint(options.server));
    AwsBench bench(options, target, progress);
    std::optional<IdlePolls> idle;
    if (options.idle_polls > 0) idle = bench.measure_idle();
    std::vector<AwsTurn> turns;
    for (std::size_t i = 0; i < options.rounds; ++i) {
        progress(fmt::format("Round {} of {} ...", i + 1, options.rounds));
        turns.push_back(bench.run_turn());
    }
    auto report = summarize(options, std::move(turns));
    report.idle = idle;
    report.broker_version = target.control().report().version;
    return report;
}

}  // namespace tern::bench
