#include "tools/bench/aws_command.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "tools/bench/machine.hpp"
#include "tools/bench/report.hpp"

namespace tern::bench {

namespace {

const std::map<std::string, AwsMix> aws_mixes = {
    {"send", AwsMix::send}, {"send-batch", AwsMix::send_batch}, {"receive-delete", AwsMix::receive_delete}};

}  // namespace

CLI::App& add_aws_command(CLI::App& app, AwsCommand& command) {
    auto& aws = *app.add_subcommand("aws", "Measure SQS over HTTP, as AWS SDKs speak it");
    auto& options = command.options;
    aws.add_option("--server", options.server, "A running broker (HOST:PORT); without it one is started");
    aws.add_option("--http", options.http, "HOST:PORT of that broker's HTTP port");
    aws.add_option("--ternd", options.ternd, "The ternd to start; without it the one beside tern-bench");
    aws.add_option("--data", options.data, "Folder on the disk to measure; what is written there goes at the end")
        ->capture_default_str();
    aws.add_flag("--allow-memory", options.allow_memory, "Measure although that folder lies in memory");
    aws.add_option("--mix", options.workload.mix, "send, send-batch or receive-delete")
        ->transform(CLI::CheckedTransformer(aws_mixes, CLI::ignore_case))
        ->default_str("send");
    aws.add_option("--connections", options.workload.connections, "Each with one request under way")
        ->capture_default_str();
    aws.add_option("--bytes", options.workload.body_bytes, "Bytes in a body")->capture_default_str();
    aws.add_option("--idle-polls", options.idle_polls, "Receives that wait in vain, measured first")
        ->capture_default_str();
    aws.add_option("--seconds", options.times.seconds, "Measured seconds in each round")->capture_default_str();
    aws.add_option("--warm-up", options.times.warm_up_seconds, "Seconds of load before them")->capture_default_str();
    command.rounds = aws.add_option("--rounds", options.rounds, "Rounds; 1, with --baseline 3");
    aws.add_flag("--baseline", options.baseline, "Compare with a bare HTTP server that answers the same bytes");
    aws.add_flag("--json", command.json, "Print JSON");
    return aws;
}

int run_aws_command(AwsCommand& command, const Progress& progress) {
    auto& options = command.options;
    if (command.rounds->empty() && options.baseline) options.rounds = 3;
    const auto report = run_aws_bench(options, progress);
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
