#include "tools/bench/stream_report.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "tools/bench/report.hpp"

namespace tern::bench {

namespace json = boost::json;

namespace {

const char* name_of(protocol::Compression compression) {
    switch (compression) {
        case protocol::Compression::none: return "none";
        case protocol::Compression::gzip: return "gzip";
        case protocol::Compression::snappy: return "snappy";
        case protocol::Compression::lz4: return "lz4";
        case protocol::Compression::zstd: return "zstd";
    }
    return "";
}

bool has_consumers(const StreamBenchReport& report) {
    return report.fetch_latency.count() > 0;
}

bool has_appends(const StreamBenchReport& report) {
    return report.options.workload.mix == StreamMix::append || report.options.workload.mix == StreamMix::both;
}

bool has_baseline(const StreamBenchReport& report) {
    return report.fdatasync.count() > 0;
}

json::object options_json(const StreamBenchOptions& options) {
    const auto& workload = options.workload;
    return {{"mix", name_of(workload.mix)},
            {"partitions", workload.partitions},
            {"connections", workload.connections},
            {"in_flight", workload.in_flight},
            {"bytes", workload.record_bytes},
            {"batch", workload.mix == StreamMix::tail ? 1 : records_in_batch(workload)},
            {"compression", name_of(workload.compression)},
            {"rate", workload.records_per_s_max},
            {"consumers", workload.consumers},
            {"fetch_bytes", workload.fetch_bytes},
            {"backlog", options.backlog},
            {"groups", options.groups},
            {"seconds", options.times.seconds},
            {"rounds", options.rounds}};
}

double rounded_per_s(std::uint64_t number, const LoadResult& load) {
    return load.seconds > 0 ? rounded(static_cast<double>(number) / load.seconds) : 0;
}

json::object load_json(const LoadResult& load) {
    return {{"records_per_s", rounded_per_s(load.messages, load)},
            {"bytes_per_s", rounded_per_s(load.bytes, load)},
            {"requests", load.requests},
            {"seconds", rounded(load.seconds)}};
}

json::object round_json(const StreamRound& round) {
    json::object object{{"commits_per_s", rounded(round.broker.commits_per_s())},
                        {"commands_per_commit", rounded(round.broker.commands_per_commit())},
                        {"broker_cpu_seconds", rounded(round.broker.cpu_seconds)},
                        {"rss_anon_bytes", round.broker.rss_anonymous_bytes}};
    if (round.appends.requests > 0) object["appends"] = load_json(round.appends);
    if (round.fetches.requests > 0) object["fetches"] = load_json(round.fetches);
    return object;
}

json::object turn_json(const StreamTurn& turn) {
    json::object object;
    if (turn.tail)
        object = {{"latency_ms", latency_json(turn.tail->acknowledged)},
                  {"receipt_ms", latency_json(turn.tail->received)}};
    else
        object = round_json(turn.round);
    if (turn.alone) object["alone"] = round_json(*turn.alone);
    if (!turn.baseline) return object;
    object["fdatasync_per_s"] = rounded(turn.baseline->flush.per_s());
    const auto& blocks = turn.baseline->blocks;
    if (blocks.commits > 0) {
        object["store_loop_per_s"] = rounded(static_cast<double>(blocks.records) / blocks.seconds);
        object["store_loop_commits_per_s"] = rounded(static_cast<double>(blocks.commits) / blocks.seconds);
    }
    return object;
}

void add_parts(const StreamBenchReport& report, json::object& object) {
    if (has_appends(report)) object["bytes_per_commit"] = rounded(report.bytes_per_commit);
    if (has_consumers(report)) {
        object["fetched_records_per_s"] = rounded(report.fetched_records_per_s);
        object["fetched_bytes_per_s"] = rounded(report.fetched_bytes_per_s);
        object["fetch_latency_ms"] = latency_json(report.fetch_latency);
    }
    if (report.options.workload.mix == StreamMix::both) {
        object["records_per_s_alone"] = rounded(report.records_per_s_alone);
        object["ratio_with_consumer"] = rounded(report.ratio_with_consumer);
        object["ratio_p50_with_consumer"] = rounded(report.ratio_p50_with_consumer);
    }
    if (report.receipt.count() > 0) {
        object["receipt_ms"] = latency_json(report.receipt);
        object["ratio_tail_to_append"] = rounded(report.ratio_tail_to_append);
    }
    if (report.rss_anonymous_bytes_per_group)
        object["rss_anon_bytes_per_group"] = rounded(*report.rss_anonymous_bytes_per_group);
}

void add_baseline(const StreamBenchReport& report, json::object& object) {
    object["fdatasync_per_s"] = rounded(report.fdatasync_per_s);
    object["fdatasync_ms"] = latency_json(report.fdatasync);
    if (!has_appends(report)) return;
    object["store_loop_per_s"] = rounded(report.store_loop_records_per_s);
    object["store_loop_bytes_per_s"] = rounded(report.store_loop_bytes_per_s);
    object["ratio_to_store_loop"] = rounded(report.ratio_to_store_loop);
    object["ratio_to_fdatasync"] = rounded(report.ratio_to_fdatasync);
}

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string rate_text(double records_per_s, double bytes_per_s) {
    return fmt::format("{} records/s, {:.1f} MB/s", with_commas(records_per_s), bytes_per_s / 1e6);
}

Rows comparison_rows(const StreamBenchReport& report) {
    Rows rows;
    if (report.options.workload.mix == StreamMix::both) {
        rows.emplace_back("without consumers", fmt::format("{} records/s", with_commas(report.records_per_s_alone)));
        rows.emplace_back("with against without",
                          fmt::format("{:.2f} x the rate, {:.2f} x the p50", report.ratio_with_consumer,
                                      report.ratio_p50_with_consumer));
    }
    if (report.receipt.count() > 0) {
        rows.emplace_back("received", latency_text(report.receipt));
        rows.emplace_back("against append", fmt::format("{:.2f} x the p50", report.ratio_tail_to_append));
    }
    if (report.rss_anonymous_bytes_per_group)
        rows.emplace_back("memory of a group", fmt::format("{:.0f} bytes", *report.rss_anonymous_bytes_per_group));
    if (!has_baseline(report)) return rows;
    rows.emplace_back("fdatasync",
                      fmt::format("{}/s   {}", with_commas(report.fdatasync_per_s), latency_text(report.fdatasync)));
    if (!has_appends(report)) return rows;
    rows.emplace_back("block loop", rate_text(report.store_loop_records_per_s, report.store_loop_bytes_per_s));
    rows.emplace_back("of the block loop", fmt::format("{:.1f} %", report.ratio_to_store_loop * 100));
    rows.emplace_back("of fdatasync", fmt::format("{:.1f} x the rate", report.ratio_to_fdatasync));
    return rows;
}

}  // namespace

json::object as_json(const StreamBenchReport& report) {
    json::array rounds;
    for (const auto& turn : report.turns) rounds.push_back(turn_json(turn));
    json::object object{{"options", options_json(report.options)},
                        {"broker_version", report.broker_version},
                        {"file_system", report.file_system.type},
                        {"records_per_s", rounded(report.records_per_s)},
                        {"bytes_per_s", rounded(report.bytes_per_s)},
                        {"latency_ms", latency_json(report.latency)},
                        {"rss_anon_bytes", report.rss_anonymous_bytes},
                        {"broker_cpu_seconds", rounded(report.broker_cpu_seconds)},
                        {"measured_seconds", rounded(report.measured_seconds)},
                        {"commits_per_s", rounded(report.commits_per_s)},
                        {"commands_per_commit", rounded(report.commands_per_commit)}};
    add_parts(report, object);
    if (has_baseline(report)) add_baseline(report, object);
    object["rounds"] = std::move(rounds);
    return object;
}

std::string sentence_of(const StreamBenchOptions& options) {
    const auto& workload = options.workload;
    return fmt::format("{}: {} x {} in flight, batches of {}, records of {} bytes, {} {}, {} {}, backlog {}",
                       name_of(workload.mix), workload.connections, workload.in_flight,
                       workload.mix == StreamMix::tail ? 1 : records_in_batch(workload), workload.record_bytes,
                       workload.partitions, workload.partitions == 1 ? "partition" : "partitions", workload.consumers,
                       workload.consumers == 1 ? "consumer" : "consumers",
                       with_commas(static_cast<double>(options.backlog)));
}

std::string as_table(const StreamBenchReport& report) {
    Rows rows = {{has_appends(report) ? "appended" : "throughput", rate_text(report.records_per_s, report.bytes_per_s)},
                 {"latency", latency_text(report.latency)}};
    if (has_appends(report) && has_consumers(report)) {
        rows.emplace_back("fetched", rate_text(report.fetched_records_per_s, report.fetched_bytes_per_s));
        rows.emplace_back("  latency", latency_text(report.fetch_latency));
    }
    const auto records = report.records_per_s * report.measured_seconds;
    rows.emplace_back("broker CPU", fmt::format("{:.2f} processors, {:.3f} us a record",
                                                report.broker_cpu_seconds / report.measured_seconds,
                                                records > 0 ? report.broker_cpu_seconds / records * 1e6 : 0));
    rows.emplace_back("broker memory", human_bytes(report.rss_anonymous_bytes) + " anonymous");
    if (has_appends(report))
        rows.emplace_back("commits", fmt::format("{}/s, of {:.1f} commands, {}", with_commas(report.commits_per_s),
                                                 report.commands_per_commit,
                                                 human_bytes(static_cast<std::uint64_t>(report.bytes_per_commit))));
    for (auto& row : comparison_rows(report)) rows.push_back(std::move(row));
    return fmt::format("{}\nbroker {}, {}, {} {} of {:g} s\n\n{}", sentence_of(report.options), report.broker_version,
                       report.file_system.type, report.options.rounds, report.options.rounds == 1 ? "round" : "rounds",
                       report.options.times.seconds, aligned(rows));
}

}  // namespace tern::bench
