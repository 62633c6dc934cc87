#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "tools/bench/aws_bench.hpp"
#include "tools/bench/report.hpp"

namespace tern::bench {

namespace json = boost::json;

namespace {

json::object aws_load_json(const AwsLoadResult& load) {
    return {{"requests_per_s", rounded(load.requests_per_s())},
            {"messages_per_s", rounded(load.messages_per_s())},
            {"latency_ms", latency_json(load.latency)},
            {"seconds", rounded(load.seconds)}};
}

json::object aws_turn_json(const AwsTurn& turn) {
    auto object = aws_load_json(turn.broker);
    object["broker_cpu_seconds"] = rounded(turn.cpu_seconds);
    object["rss_anon_bytes"] = turn.rss_anonymous_bytes;
    if (turn.bare_http) object["bare_http"] = aws_load_json(*turn.bare_http);
    return object;
}

}  // namespace

json::object as_json(const AwsBenchReport& report) {
    const auto& options = report.options;
    json::object object{{"options",
                         {{"mix", name_of(options.workload.mix)},
                          {"connections", options.workload.connections},
                          {"bytes", options.workload.body_bytes},
                          {"idle_polls", options.idle_polls},
                          {"seconds", options.times.seconds},
                          {"rounds", options.rounds}}},
                        {"broker_version", report.broker_version},
                        {"requests_per_s", rounded(report.requests_per_s)},
                        {"messages_per_s", rounded(report.messages_per_s)},
                        {"latency_ms", latency_json(report.latency)},
                        {"broker_cpu_seconds", rounded(report.broker_cpu_seconds)},
                        {"measured_seconds", rounded(report.measured_seconds)},
                        {"rss_anon_bytes", report.rss_anonymous_bytes}};
    if (report.turns.front().bare_http) {
        object["bare_http_requests_per_s"] = rounded(report.bare_http_requests_per_s);
        object["ratio_to_bare_http"] = rounded(report.ratio_to_bare_http);
    }
    if (report.idle) {
        object["idle_cpu_seconds"] = rounded(report.idle->cpu_seconds);
        object["idle_seconds"] = rounded(report.idle->seconds);
    }
    json::array rounds;
    for (const auto& turn : report.turns) rounds.emplace_back(aws_turn_json(turn));
    object["rounds"] = std::move(rounds);
    return object;
}

std::string as_table(const AwsBenchReport& report) {
    const auto& workload = report.options.workload;
    std::vector<std::pair<std::string, std::string>> rows{
        {"requests per second", with_commas(report.requests_per_s)},
        {"messages per second", with_commas(report.messages_per_s)},
        {"request to answer", latency_text(report.latency)},
        {"memory of the broker", human_bytes(report.rss_anonymous_bytes)},
        {"CPU of the broker", fmt::format("{:.2f} s of {:.2f} s", report.broker_cpu_seconds, report.measured_seconds)}};
    if (report.turns.front().bare_http) {
        rows.emplace_back("bare HTTP server", with_commas(report.bare_http_requests_per_s) + " requests/s");
        rows.emplace_back("of the bare server", fmt::format("{:.1f} %", report.ratio_to_bare_http * 100));
    }
    if (report.idle)
        rows.emplace_back("CPU while receives wait",
                          fmt::format("{:.2f} s of {:.2f} s", report.idle->cpu_seconds, report.idle->seconds));
    return fmt::format("{} over HTTP, {} connections, {} bytes\n", name_of(workload.mix), workload.connections,
                       workload.body_bytes) +
           aligned(rows);
}

}  // namespace tern::bench
