#include "tools/bench/stream_command.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "tools/bench/machine.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/stream_report.hpp"

namespace tern::bench {

namespace {

const std::map<std::string, StreamMix> mixes = {
    {"append", StreamMix::append}, {"fetch", StreamMix::fetch}, {"both", StreamMix::both}, {"tail", StreamMix::tail}};

const std::map<std::string, protocol::Compression> compressions = {{"none", protocol::Compression::none},
                                                                   {"gzip", protocol::Compression::gzip},
                                                                   {"snappy", protocol::Compression::snappy},
                                                                   {"lz4", protocol::Compression::lz4},
                                                                   {"zstd", protocol::Compression::zstd}};

void add_workload(CLI::App& stream, StreamWorkload& workload) {
    stream.add_option("--mix", workload.mix, "append, fetch, both (appends with a consumer and without) or tail")
        ->transform(CLI::CheckedTransformer(mixes, CLI::ignore_case))
        ->default_str("append");
    stream.add_option("--partitions", workload.partitions, "Partitions of the stream")->capture_default_str();
    stream.add_option("--connections", workload.connections, "Connections that append")->capture_default_str();
    stream.add_option("--in-flight", workload.in_flight, "Appends under way on each")->capture_default_str();
    stream.add_option("--bytes", workload.record_bytes, "Bytes in a record's value")->capture_default_str();
    stream.add_option("--batch", workload.batch_records, "Records in a batch; without it as many as make 16 KiB");
    stream.add_option("--compression", workload.compression, "none, gzip, snappy, lz4 or zstd")
        ->transform(CLI::CheckedTransformer(compressions, CLI::ignore_case))
        ->default_str("none");
    stream.add_option("--rate", workload.records_per_s_max, "Records appended in a second at most; 0: no limit")
        ->capture_default_str();
    stream.add_option("--consumers", workload.consumers, "Connections that fetch")->capture_default_str();
    stream.add_option("--fetch-bytes", workload.fetch_bytes, "Bytes that a fetch asks for of each partition")
        ->capture_default_str();
}

}  // namespace

CLI::App& add_stream_command(CLI::App& app, StreamCommand& command) {
    auto& stream =
        *app.add_subcommand("stream", "Measure streams: appends, fetches, the way of a record to a consumer");
    auto& options = command.options;
    stream.add_option("--server", options.server, "A running broker (HOST:PORT); without it one is started");
    stream.add_option("--ternd", options.ternd, "The ternd to start; without it the one beside tern-bench");
    stream.add_option("--data", options.data, "Folder on the disk to measure; what is written there goes at the end")
        ->capture_default_str();
    stream.add_flag("--allow-memory", options.allow_memory, "Measure although that folder lies in memory");
    add_workload(stream, options.workload);
    stream.add_option("--backlog", options.backlog, "Records that lie in the stream from the start; fetch: 5000000")
        ->capture_default_str();
    stream.add_option("--groups", options.groups, "Idle consumer groups whose memory is measured")
        ->capture_default_str();
    stream.add_option("--seconds", options.times.seconds, "Measured seconds in each round")->capture_default_str();
    stream.add_option("--warm-up", options.times.warm_up_seconds, "Seconds of load before them")->capture_default_str();
    command.rounds = stream.add_option("--rounds", options.rounds, "Rounds; 1, with --baseline or --mix both 3");
    stream.add_flag("--baseline", options.baseline, "Measure raw fdatasync and a plain LMDB loop in between");
    stream.add_flag("--json", command.json, "Print JSON");
    return stream;
}

int run_stream_command(StreamCommand& command, const Progress& progress) {
    auto& options = command.options;
    const auto mix = options.workload.mix;
    if (command.rounds->empty() && (options.baseline || mix == StreamMix::both)) options.rounds = 3;
    if (mix == StreamMix::fetch && options.backlog == 0) options.backlog = 5'000'000;
    const auto report = run_stream_bench(options, progress);
    if (!command.json) {
        fmt::print("{}", as_table(report));
        return 0;
    }
    auto object = as_json(report);
    object["machine"] = as_json(this_machine());
    fmt::print("{}\n", boost::json::serialize(object));
    return 0;
}

}  // namespace tern::bench
