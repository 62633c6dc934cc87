#include "tools/bench/topic_bench.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "protocol/limits.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/broker_push.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/median.hpp"
#include "tools/bench/write_loop.hpp"

namespace tern::bench {

namespace {

/// How long idle connections are watched.
constexpr double idle_seconds = 5;

void check(const TopicBenchOptions& options) {
    const auto require = [](bool right, const char* sentence) {
        if (!right) throw BadOption(sentence);
    };
    const auto& workload = options.workload;
    require(workload.subscribers >= 1 && workload.subscribers <= 100'000, "--subscribers must be from 1 to 100000.");
    require(workload.publishers >= 1 && workload.publishers <= 1000, "--publishers must be from 1 to 1000.");
    require(workload.in_flight >= 1 && workload.in_flight <= 500, "--in-flight must be from 1 to 500.");
    require(workload.body_bytes >= mark_bytes && workload.body_bytes <= protocol::publication_bytes_max / 2,
            "--bytes must be from 28 to 8388608.");
    require(workload.publications_per_s_max >= 0, "--rate must not be below 0.");
    require(options.idle_connections <= 100'000, "--idle-connections must be from 0 to 100000.");
    require(options.slow <= 1000, "--slow must be from 0 to 1000.");
    require(options.filtered_subscriptions % 10 == 0 && options.filtered_subscriptions <= 100'000,
            "--filtered-subscriptions must be a multiple of ten, up to 100000.");
    require(options.times.seconds > 0 && options.times.seconds <= 86'400, "--seconds must be from 0.1 to 86400.");
    require(options.rounds >= 1 && options.rounds <= 1000, "--rounds must be from 1 to 1000.");
    require(options.server.empty() == options.http.empty(), "--server and --http belong together.");
}

/// Sockets are descriptors, ours and those of the broker that we start.
void allow_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// A topic made for a measurement. On a broker that runs on, it is deleted at the end.
class BenchTopic {
public:
    BenchTopic(Target& target, const std::string& label, bool history, std::size_t body_bytes)
        : target_(target),
          name_(fmt::format("bench-{}-{}", getpid(), label)) {
        target_.control().call(create_topic_frame(name_, history, body_bytes));
    }
    ~BenchTopic() {
        if (target_.started()) return;
        try {
            target_.control().call(delete_topic_frame(name_));
        } catch (const std::exception&) {
            // The broker is gone or stopping: its topics are then its owner's to delete.
        }
    }
    BenchTopic(const BenchTopic&) = delete;
    BenchTopic& operator=(const BenchTopic&) = delete;

    /// What is published and subscribed to.
    std::string subject() const { return name_ + ".all"; }
    /// What nobody publishes.
    std::string silent_subject() const { return name_ + ".never"; }

private:
    Target& target_;
    std::string name_;
};

class TopicBench {
public:
    TopicBench(const TopicBenchOptions& options, Target& target, ReaderProcess& reader, const Progress& progress)
        : options_(options),
          workload_(options.workload),
          target_(target),
          http_(options.http.empty() ? target.http_endpoint() : parse_endpoint(options.http)),
          reader_(reader),
          progress_(progress),
          plain_(target, "plain", false, workload_.body_bytes) {
        if (workload_.durable) durable_.emplace(target, "durable", true, workload_.body_bytes);
        if (options.filtered_subscriptions == 0) return;
        progress(fmt::format("Making {} filtered subscriptions ...", options.filtered_subscriptions));
        filtered_.emplace(target, workload_, options.filtered_subscriptions);
    }

    IdleConnections measure_idle() {
        progress_(fmt::format("{} idle connections ...", options_.idle_connections));
        const auto before = target_.usage();
        auto plan = subscribers_of(plain_.silent_subject());
        plan.role = SubscriberRole::idle;
        plan.count = options_.idle_connections;
        reader_.connect(plan);

        const auto connected = target_.usage();
        const auto begun = Clock::now();
        while (seconds_between(begun, Clock::now()) < idle_seconds) {
            stop_if_interrupted();
            usleep(10'000);
        }
        const auto after = target_.usage();
        reader_.disconnect();
        return {.rss_anonymous_bytes_each = growth(before, after) / static_cast<double>(plan.count),
                .cpu_seconds = after.cpu_seconds - connected.cpu_seconds,
                .seconds = seconds_between(begun, Clock::now())};
    }

    TopicTurn run_turn() {
        TopicTurn turn;
        if (durable_) turn.plain = run_broker(plain_, 0);
        turn.broker = run_broker(measured(), 0);
        if (options_.slow > 0) turn.with_slow = run_broker(measured(), options_.slow);
        if (options_.baseline) {
            turn.write_loop = run_write_loop(Joining::no);
            turn.joining_loop = run_write_loop(Joining::yes);
        }
        if (filtered_) turn.filtered = filtered_->measure(options_.times.seconds);
        return turn;
    }

    double rss_anonymous_bytes_per_subscriber() const { return bytes_per_subscriber_; }

private:
    static double growth(const ProcessUsage& before, const ProcessUsage& after) {
        return static_cast<double>(after.rss_anonymous_bytes) - static_cast<double>(before.rss_anonymous_bytes);
    }

    const BenchTopic& measured() const { return durable_ ? *durable_ : plain_; }

    SubscriberPlan subscribers_of(const std::string& subject) const {
        return {http_, workload_.encoding, subject, SubscriberRole::counted, workload_.subscribers};
    }

    BrokerPushRound run_broker(const BenchTopic& topic, std::size_t slow) {
        const auto alone = target_.usage();
        auto plan = subscribers_of(topic.subject());
        reader_.connect(plan);
        const auto with_subscribers = target_.usage();
        if (bytes_per_subscriber_ == 0)
            bytes_per_subscriber_ = growth(alone, with_subscribers) / static_cast<double>(plan.count);
        if (slow > 0) {
            plan.role = SubscriberRole::stopped;
            plan.count = slow;
            reader_.connect(plan);
        }

        BrokerPushRound round;
        BrokerPush source(target_.endpoint(), workload_.publishers, {topic.subject(), workload_.body_bytes, ""});
        ProcessUsage begun;
        const LoadWindow window{.begins =
                                    [&] {
                                        begun = target_.usage();
                                        source.take_latency();
                                    },
                                .ends =
                                    [&] {
                                        const auto ended = target_.usage();
                                        round.cpu_seconds = ended.cpu_seconds - begun.cpu_seconds;
                                        round.rss_anonymous_bytes = ended.rss_anonymous_bytes;
                                        round.acknowledged = source.take_latency();
                                    }};
        round.push = run_push(source, reader_, workload_, options_.times, window);
        reader_.disconnect();
        return round;
    }

    PushRound run_write_loop(Joining joining) {
        WriteLoop loop(reader_.sample_frame(), joining);
        SubscriberPlan plan{loop.endpoint(), workload_.encoding, "", SubscriberRole::bare, workload_.subscribers};
        reader_.begin_connecting(plan);
        loop.accept(plan.count);
        reader_.finish_connecting();
        auto round = run_push(loop, reader_, workload_, options_.times);
        reader_.disconnect();
        return round;
    }

    const TopicBenchOptions& options_;
    const TopicWorkload& workload_;
    Target& target_;
    Endpoint http_;
    ReaderProcess& reader_;
    const Progress& progress_;
    BenchTopic plain_;
    std::optional<BenchTopic> durable_;
    std::optional<FilteredTopics> filtered_;
    double bytes_per_subscriber_ = 0;
};

double p99_of(const BrokerPushRound& round) {
    return static_cast<double>(round.push.received.latency.percentile(99));
}

void add_comparisons(TopicBenchReport& report) {
    const auto& turns = report.turns;
    const auto& first = turns.front();
    const auto rate = [](const TopicTurn& turn) { return turn.broker.push.deliveries_per_s(); };
    if (first.write_loop) {
        report.write_loop_deliveries_per_s =
            median_of(turns, [](const auto& turn) { return turn.write_loop->deliveries_per_s(); });
        report.ratio_to_write_loop =
            median_of(turns, [&](const auto& turn) { return rate(turn) / turn.write_loop->deliveries_per_s(); });
    }
    if (first.joining_loop) {
        report.joining_loop_deliveries_per_s =
            median_of(turns, [](const auto& turn) { return turn.joining_loop->deliveries_per_s(); });
        report.ratio_to_joining_loop =
            median_of(turns, [&](const auto& turn) { return rate(turn) / turn.joining_loop->deliveries_per_s(); });
    }
    if (first.plain) {
        report.plain_deliveries_per_s =
            median_of(turns, [](const auto& turn) { return turn.plain->push.deliveries_per_s(); });
        report.ratio_to_non_durable =
            median_of(turns, [&](const auto& turn) { return rate(turn) / turn.plain->push.deliveries_per_s(); });
    }
    if (first.with_slow) {
        report.ratio_p99_with_slow =
            median_of(turns, [](const auto& turn) { return p99_of(*turn.with_slow) / p99_of(turn.broker); });
        for (const auto& turn : turns) {
            report.latency_with_slow.merge(turn.with_slow->push.received.latency);
            report.rss_anonymous_bytes_with_slow =
                std::max(report.rss_anonymous_bytes_with_slow, turn.with_slow->rss_anonymous_bytes);
        }
    }
    if (first.filtered) {
        report.few_subscriptions_publish_us = median_of(turns, [](const auto& turn) { return turn.filtered->few_us; });
        report.many_subscriptions_publish_us =
            median_of(turns, [](const auto& turn) { return turn.filtered->many_us; });
        report.ratio_of_filtered_publish =
            median_of(turns, [](const auto& turn) { return turn.filtered->many_us / turn.filtered->few_us; });
    }
}

}  // namespace

TopicBenchReport summarize(const TopicBenchOptions& options, std::vector<TopicTurn> turns) {
    TopicBenchReport report;
    report.options = options;
    report.turns = std::move(turns);
    report.deliveries_per_s =
        median_of(report.turns, [](const auto& turn) { return turn.broker.push.deliveries_per_s(); });
    report.publications_per_s =
        median_of(report.turns, [](const auto& turn) { return turn.broker.push.publications_per_s(); });
    report.bytes_per_s = median_of(report.turns, [](const auto& turn) {
        return static_cast<double>(turn.broker.push.received.bytes) / turn.broker.push.seconds;
    });
    for (const auto& turn : report.turns) {
        report.latency.merge(turn.broker.push.received.latency);
        report.acknowledged.merge(turn.broker.acknowledged);
        report.broker_cpu_seconds += turn.broker.cpu_seconds;
        report.measured_seconds += turn.broker.push.seconds;
        report.rss_anonymous_bytes = std::max(report.rss_anonymous_bytes, turn.broker.rss_anonymous_bytes);
    }
    add_comparisons(report);
    return report;
}

TopicBenchReport run_topic_bench(const TopicBenchOptions& options, const Progress& progress) {
    check(options);
    allow_descriptors();
    ReaderProcess reader;
    const ScratchFolder scratch(options.data);
    if (options.workload.durable && !options.allow_memory) require_disk(scratch.path());
    auto target = options.server.empty() ? Target::start(find_ternd(options.ternd), scratch.make("broker"))
                                         : Target::connect(parse_endpoint(options.server));
    TopicBench bench(options, target, reader, progress);
    std::optional<IdleConnections> idle;
    if (options.idle_connections > 0) idle = bench.measure_idle();
    std::vector<TopicTurn> turns;
    for (std::size_t i = 0; i < options.rounds; ++i) {
        progress(fmt::format("Round {} of {} ...", i + 1, options.rounds));
        turns.push_back(bench.run_turn());
    }
    auto report = summarize(options, std::move(turns));
    report.idle = idle;
    report.rss_anonymous_bytes_per_connection =
        idle ? idle->rss_anonymous_bytes_each : bench.rss_anonymous_bytes_per_subscriber();
    report.broker_version = target.control().report().version;
    return report;
}

}  // namespace tern::bench
