#include "tools/bench/topic_report.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "tools/bench/report.hpp"

namespace tern::bench {

namespace json = boost::json;

namespace {

json::object options_json(const TopicBenchOptions& options) {
    const auto& workload = options.workload;
    return {{"subscribers", workload.subscribers},
            {"publishers", workload.publishers},
            {"in_flight", workload.in_flight},
            {"bytes", workload.body_bytes},
            {"encoding", name_of(workload.encoding)},
            {"durable", workload.durable},
            {"rate", workload.publications_per_s_max},
            {"idle_connections", options.idle_connections},
            {"slow", options.slow},
            {"filtered_subscriptions", options.filtered_subscriptions},
            {"seconds", options.times.seconds},
            {"rounds", options.rounds}};
}

json::object push_json(const PushRound& push) {
    return {{"deliveries_per_s", rounded(push.deliveries_per_s())},
            {"publications_per_s", rounded(push.publications_per_s())},
            {"latency_ms", latency_json(push.received.latency)},
            {"seconds", rounded(push.seconds)}};
}

json::object broker_json(const BrokerPushRound& round) {
    auto object = push_json(round.push);
    object["broker_cpu_seconds"] = rounded(round.cpu_seconds);
    object["rss_anon_bytes"] = round.rss_anonymous_bytes;
    return object;
}

json::object turn_json(const TopicTurn& turn) {
    auto object = broker_json(turn.broker);
    if (turn.plain) object["non_durable"] = broker_json(*turn.plain);
    if (turn.with_slow) object["with_slow"] = broker_json(*turn.with_slow);
    if (turn.write_loop) object["write_loop"] = push_json(*turn.write_loop);
    if (turn.joining_loop) object["joining_loop"] = push_json(*turn.joining_loop);
    if (turn.filtered) {
        object["few_subscriptions_publish_us"] = rounded(turn.filtered->few_us);
        object["many_subscriptions_publish_us"] = rounded(turn.filtered->many_us);
    }
    return object;
}

void add_comparisons_json(const TopicBenchReport& report, json::object& object) {
    const auto& first = report.turns.front();
    if (first.write_loop) {
        object["write_loop_deliveries_per_s"] = rounded(report.write_loop_deliveries_per_s);
        object["ratio_to_write_loop"] = rounded(report.ratio_to_write_loop);
    }
    if (first.joining_loop) {
        object["joining_loop_deliveries_per_s"] = rounded(report.joining_loop_deliveries_per_s);
        object["ratio_to_joining_loop"] = rounded(report.ratio_to_joining_loop);
    }
    if (first.plain) {
        object["non_durable_deliveries_per_s"] = rounded(report.plain_deliveries_per_s);
        object["ratio_to_non_durable"] = rounded(report.ratio_to_non_durable);
    }
    if (first.with_slow) {
        object["latency_ms_with_slow"] = latency_json(report.latency_with_slow);
        object["ratio_p99_with_slow"] = rounded(report.ratio_p99_with_slow);
        object["rss_anon_bytes_with_slow"] = report.rss_anonymous_bytes_with_slow;
    }
    if (first.filtered) {
        object["few_subscriptions_publish_us"] = rounded(report.few_subscriptions_publish_us);
        object["many_subscriptions_publish_us"] = rounded(report.many_subscriptions_publish_us);
        object["ratio_of_filtered_publish"] = rounded(report.ratio_of_filtered_publish);
    }
    if (report.idle) {
        object["idle_cpu_seconds"] = rounded(report.idle->cpu_seconds);
        object["idle_seconds"] = rounded(report.idle->seconds);
    }
}

std::string rate_text(double ratio) {
    return fmt::format("{:.1f} %", ratio * 100);
}

}  // namespace

json::object as_json(const TopicBenchReport& report) {
    json::object object{{"options", options_json(report.options)},
                        {"broker_version", report.broker_version},
                        {"deliveries_per_s", rounded(report.deliveries_per_s)},
                        {"publications_per_s", rounded(report.publications_per_s)},
                        {"bytes_per_s", rounded(report.bytes_per_s)},
                        {"latency_ms", latency_json(report.latency)},
                        {"publish_latency_ms", latency_json(report.acknowledged)},
                        {"broker_cpu_seconds", rounded(report.broker_cpu_seconds)},
                        {"measured_seconds", rounded(report.measured_seconds)},
                        {"rss_anon_bytes", report.rss_anonymous_bytes},
                        {"rss_anon_bytes_per_connection", rounded(report.rss_anonymous_bytes_per_connection)}};
    add_comparisons_json(report, object);
    json::array rounds;
    for (const auto& turn : report.turns) rounds.emplace_back(turn_json(turn));
    object["rounds"] = std::move(rounds);
    return object;
}

std::string sentence_of(const TopicBenchOptions& options) {
    const auto& workload = options.workload;
    return fmt::format("{} subscribers ({}), {} publishers, {} publications of {} bytes in flight, {}",
                       with_commas(static_cast<double>(workload.subscribers)), name_of(workload.encoding),
                       workload.publishers, workload.in_flight, workload.body_bytes,
                       workload.durable ? "durable history" : "no history");
}

std::string as_table(const TopicBenchReport& report) {
    const auto& first = report.turns.front();
    std::vector<std::pair<std::string, std::string>> rows{
        {"deliveries per second", with_commas(report.deliveries_per_s)},
        {"publications per second", with_commas(report.publications_per_s)},
        {"publish to receipt", latency_text(report.latency)},
        {"publish to acknowledgement", latency_text(report.acknowledged)},
        {"memory of the broker", human_bytes(report.rss_anonymous_bytes)},
        {"memory per connection", with_commas(report.rss_anonymous_bytes_per_connection) + " bytes"},
        {"CPU of the broker", fmt::format("{:.2f} s of {:.2f} s", report.broker_cpu_seconds, report.measured_seconds)}};
    if (first.write_loop) {
        rows.emplace_back("bare write loop", with_commas(report.write_loop_deliveries_per_s) + " deliveries/s");
        rows.emplace_back("of the write loop", rate_text(report.ratio_to_write_loop));
    }
    if (first.joining_loop) {
        rows.emplace_back("loop with joined writes",
                          with_commas(report.joining_loop_deliveries_per_s) + " deliveries/s");
        rows.emplace_back("of that loop", rate_text(report.ratio_to_joining_loop));
    }
    if (first.plain) rows.emplace_back("of no history", rate_text(report.ratio_to_non_durable));
    if (first.with_slow) {
        rows.emplace_back(fmt::format("receipt beside {} slow", report.options.slow),
                          latency_text(report.latency_with_slow));
        rows.emplace_back("p99 beside slow ones", rate_text(report.ratio_p99_with_slow));
    }
    if (first.filtered) {
        rows.emplace_back("publish, 10 filtered", fmt::format("{:.1f} us", report.few_subscriptions_publish_us));
        rows.emplace_back(fmt::format("publish, {} filtered",
                                      with_commas(static_cast<double>(report.options.filtered_subscriptions))),
                          fmt::format("{:.1f} us, {:.2f} times", report.many_subscriptions_publish_us,
                                      report.ratio_of_filtered_publish));
    }
    if (report.idle)
        rows.emplace_back("CPU of idle connections",
                          fmt::format("{:.3f} s of {:.1f} s", report.idle->cpu_seconds, report.idle->seconds));
    return fmt::format("{}\n{}", sentence_of(report.options), aligned(rows));
}

}  // namespace tern::bench
