#include "tools/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "tools/bench/lane.hpp"

namespace tern::bench {

namespace json = boost::json;

namespace {

double in_ms(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e6;
}

json::object options_json(const QueueBenchOptions& options) {
    return {{"mix", name_of(options.workload.mix)},
            {"connections", options.workload.connections},
            {"in_flight", options.workload.in_flight},
            {"batch", options.workload.batch},
            {"bytes", options.workload.body_bytes},
            {"queues", options.queues},
            {"backlog", options.backlog},
            {"seconds", options.times.seconds},
            {"rounds", options.rounds}};
}

json::object round_json(const Round& round, const Baseline* baseline) {
    json::object object{{"throughput_per_s", rounded(round.throughput_per_s)},
                        {"seconds", rounded(round.load.seconds)},
                        {"messages", round.load.messages},
                        {"requests", round.load.requests},
                        {"commits_per_s", rounded(round.commits_per_s)},
                        {"commands_per_commit", rounded(round.commands_per_commit)},
                        {"broker_cpu_seconds", rounded(round.broker_cpu_seconds)},
                        {"rss_anon_bytes", round.rss_anonymous_bytes}};
    if (baseline == nullptr) return object;
    object["store_loop_per_s"] = rounded(baseline->store_loop_per_s);
    object["fdatasync_per_s"] = rounded(baseline->flush.per_s());
    return object;
}

const char* mix_text(Mix mix) {
    switch (mix) {
        case Mix::send: return "sends";
        case Mix::receive_delete: return "receives and deletes";
        case Mix::cycle: return "full cycle of send, receive and delete";
    }
    return "";
}

}  // namespace

double rounded(double number) {
    return std::round(number * 1000) / 1000;
}

std::string latency_text(const Histogram& h) {
    return fmt::format("p50 {:.3f}   p90 {:.3f}   p99 {:.3f}   p99.9 {:.3f}   max {:.3f} ms", in_ms(h.percentile(50)),
                       in_ms(h.percentile(90)), in_ms(h.percentile(99)), in_ms(h.percentile(99.9)), in_ms(h.max()));
}

json::object latency_json(const Histogram& h) {
    return {{"p50", in_ms(h.percentile(50))},    {"p90", in_ms(h.percentile(90))}, {"p99", in_ms(h.percentile(99))},
            {"p999", in_ms(h.percentile(99.9))}, {"max", in_ms(h.max())},          {"mean", h.mean() / 1e6}};
}

json::object as_json(const Machine& machine) {
    return {{"processor", machine.processor},
            {"processors", machine.processors},
            {"memory_bytes", machine.memory_bytes},
            {"kernel", machine.kernel},
            {"load_average_before", machine.load_average},
            {"date", machine.date}};
}

json::object as_json(const QueueBenchReport& report) {
    json::object by_request;
    for (std::size_t kind = 0; kind < request_kind_count; ++kind)
        if (report.latency_by_request[kind].count() > 0)
            by_request[request_kind_names[kind]] = latency_json(report.latency_by_request[kind]);
    json::array rounds;
    for (std::size_t i = 0; i < report.rounds.size(); ++i)
        rounds.push_back(round_json(report.rounds[i], report.baselines.empty() ? nullptr : &report.baselines[i]));

    json::object object{{"options", options_json(report.options)},
                        {"broker_version", report.broker_version},
                        {"file_system", report.file_system.type},
                        {"throughput_per_s", rounded(report.throughput_per_s)},
                        {"latency_ms", latency_json(report.latency)},
                        {"latency_ms_by_request", by_request},
                        {"rss_anon_bytes", report.rss_anonymous_bytes},
                        {"broker_cpu_seconds", rounded(report.broker_cpu_seconds)},
                        {"measured_seconds", rounded(report.measured_seconds)},
                        {"commits_per_s", rounded(report.commits_per_s)},
                        {"commands_per_commit", rounded(report.commands_per_commit)},
                        {"messages_per_commit", rounded(report.messages_per_commit)}};
    if (!report.baselines.empty()) {
        object["ratio_to_store_loop"] = rounded(report.ratio_to_store_loop);
        object["ratio_to_fdatasync"] = rounded(report.ratio_to_fdatasync);
        object["ratio_p50_to_fdatasync"] = rounded(report.ratio_p50_to_fdatasync);
        object["store_loop_per_s"] = rounded(report.store_loop_per_s);
        object["fdatasync_per_s"] = rounded(report.fdatasync_per_s);
        object["fdatasync_ms"] = latency_json(report.fdatasync);
    }
    object["rounds"] = std::move(rounds);
    return object;
}

std::string sentence_of(const QueueBenchOptions& options) {
    const auto& workload = options.workload;
    return fmt::format("{}: {} {} x {} in flight, batches of {}, bodies of {} bytes, {} {}, backlog {}",
                       mix_text(workload.mix), workload.connections,
                       workload.connections == 1 ? "connection" : "connections", workload.in_flight, workload.batch,
                       workload.body_bytes, options.queues, options.queues == 1 ? "queue" : "queues",
                       with_commas(static_cast<double>(options.backlog)));
}

std::string as_table(const QueueBenchReport& report) {
    const auto messages = report.throughput_per_s * report.measured_seconds;
    std::vector<std::pair<std::string, std::string>> rows = {
        {"throughput", fmt::format("{} messages/s", with_commas(report.throughput_per_s))},
        {"latency", latency_text(report.latency)}};
    for (std::size_t kind = 0; kind < request_kind_count; ++kind)
        if (report.latency_by_request[kind].count() > 0)
            rows.emplace_back(fmt::format("  {}", request_kind_names[kind]),
                              latency_text(report.latency_by_request[kind]));
    rows.emplace_back("broker CPU", fmt::format("{:.2f} processors, {:.2f} us a message",
                                                report.broker_cpu_seconds / report.measured_seconds,
                                                messages > 0 ? report.broker_cpu_seconds / messages * 1e6 : 0));
    rows.emplace_back("broker memory", human_bytes(report.rss_anonymous_bytes) + " anonymous");
    rows.emplace_back("commits",
                      fmt::format("{}/s, of {:.1f} commands, {:.1f} messages done", with_commas(report.commits_per_s),
                                  report.commands_per_commit, report.messages_per_commit));
    if (!report.baselines.empty()) {
        rows.emplace_back(
            "fdatasync", fmt::format("{}/s   {}", with_commas(report.fdatasync_per_s), latency_text(report.fdatasync)));
        rows.emplace_back("store loop", fmt::format("{} messages/s", with_commas(report.store_loop_per_s)));
        rows.emplace_back("of the store loop", fmt::format("{:.1f} %", report.ratio_to_store_loop * 100));
        rows.emplace_back("of fdatasync", fmt::format("{:.1f} x the rate, {:.2f} x the p50", report.ratio_to_fdatasync,
                                                      report.ratio_p50_to_fdatasync));
    }
    return fmt::format("{}\nbroker {}, {}, {} {} of {:g} s\n\n{}", sentence_of(report.options), report.broker_version,
                       report.file_system.type, report.options.rounds, report.options.rounds == 1 ? "round" : "rounds",
                       report.options.times.seconds, aligned(rows));
}

std::string with_commas(double number) {
    auto digits = fmt::format("{:.0f}", number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (digits[0] == '-' ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string human_bytes(std::uint64_t bytes) {
    const auto number = static_cast<double>(bytes);
    if (number >= 1u << 30) return fmt::format("{:.1f} GiB", number / (1u << 30));
    if (number >= 1u << 20) return fmt::format("{:.1f} MiB", number / (1u << 20));
    return fmt::format("{:.1f} KiB", number / 1024);
}

std::string aligned(const std::vector<std::pair<std::string, std::string>>& rows) {
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, row.first.size());
    std::string text;
    for (const auto& [name, value] : rows) text += fmt::format("{:<{}}  {}\n", name, width, value);
    return text;
}

}  // namespace tern::bench
