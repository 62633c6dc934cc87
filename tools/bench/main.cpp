#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <fstream>
#include <map>

#include "tools/bench/aws_command.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/queue_bench.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/stream_command.hpp"
#include "tools/bench/suite.hpp"
#include "tools/bench/topic_command.hpp"

namespace {

using namespace tern::bench;

struct QueueCommand {
    QueueBenchOptions options;
    bool json = false;
    bool latency = false;
    CLI::Option* rounds = nullptr;
};

struct SuiteCommand {
    SuiteOptions options;
    std::string json_file;
};

void tell(const std::string& progress) {
    fmt::print(stderr, "{}\n", progress);
}

Progress progress_for_people() {
    return isatty(STDERR_FILENO) != 0 ? tell : Progress([](const auto&) {});
}

CLI::App& add_queue_command(CLI::App& app, QueueCommand& command) {
    auto& queue = *app.add_subcommand("queue", "Measure queues: throughput, latency, what the broker needs for it");
    auto& options = command.options;
    auto& workload = options.workload;
    const std::map<std::string, Mix> mixes = {
        {"send", Mix::send}, {"receive-delete", Mix::receive_delete}, {"cycle", Mix::cycle}};
    queue.add_option("--server", options.server, "A running broker (HOST:PORT); without it one is started");
    queue.add_option("--ternd", options.ternd, "The ternd to start; without it the one beside tern-bench");
    queue.add_option("--data", options.data, "Folder on the disk to measure; what is written there goes at the end")
        ->capture_default_str();
    queue.add_flag("--allow-memory", options.allow_memory, "Measure although that folder lies in memory");
    queue.add_option("--mix", workload.mix, "send, receive-delete or cycle (send, receive and delete)")
        ->transform(CLI::Transformer(mixes, CLI::ignore_case))
        ->check(CLI::IsMember({Mix::send, Mix::receive_delete, Mix::cycle}))
        ->default_str("cycle");
    queue.add_option("--connections", workload.connections, "Connections")->capture_default_str();
    queue.add_option("--in-flight", workload.in_flight, "Requests under way on each")->capture_default_str();
    queue.add_option("--batch", workload.batch, "Messages in a send; receives take 10 at most")->capture_default_str();
    queue.add_option("--bytes", workload.body_bytes, "Bytes in a body")->capture_default_str();
    queue.add_option("--queues", options.queues, "Queues that the load is spread over")->capture_default_str();
    queue.add_option("--backlog", options.backlog, "Messages that lie in the queues from the start")
        ->capture_default_str();
    queue.add_option("--seconds", options.times.seconds, "Measured seconds in each round")->capture_default_str();
    queue.add_option("--warm-up", options.times.warm_up_seconds, "Seconds of load before them")->capture_default_str();
    command.rounds = queue.add_option("--rounds", options.rounds, "Rounds; 1, with --baseline 3");
    queue.add_flag("--baseline", options.baseline, "Measure raw fdatasync and a plain LMDB loop in between");
    queue.add_flag("--latency", command.latency, "Short for --mix send --connections 1 --in-flight 1 --batch 1");
    queue.add_flag("--json", command.json, "Print JSON");
    return queue;
}

CLI::App& add_suite_command(CLI::App& app, SuiteCommand& command) {
    auto& suite = *app.add_subcommand("suite", "Measure all that docs/performance.md promises");
    auto& options = command.options;
    suite.add_option("--json", command.json_file, "File to write everything measured to");
    suite.add_option("--ternd", options.ternd, "The ternd to start; without it the one beside tern-bench");
    const std::map<std::string, SuiteShapes> shapes = {{"all", SuiteShapes::all},
                                                       {"queues", SuiteShapes::queues},
                                                       {"streams", SuiteShapes::streams},
                                                       {"topics", SuiteShapes::topics},
                                                       {"aws", SuiteShapes::aws}};
    suite.add_option("--only", options.shapes, "queues, streams, topics or aws")
        ->transform(CLI::CheckedTransformer(shapes, CLI::ignore_case))
        ->default_str("all");
    suite.add_option("--data", options.data, "Folder on the disk to measure")->capture_default_str();
    suite.add_flag("--allow-memory", options.allow_memory, "Measure although that folder lies in memory");
    suite.add_option("--seconds", options.seconds, "Seconds of each measurement in each round")->capture_default_str();
    suite.add_option("--rounds", options.rounds, "Rounds of each measurement")->capture_default_str();
    suite.add_option("--backlog", options.backlog, "Messages in the measurement with a backlog")->capture_default_str();
    suite.add_option("--memory-messages", options.memory_messages, "Messages in the measurement of memory")
        ->capture_default_str();
    suite.add_option("--many-queues", options.many_queues, "Queues in the measurement with many")
        ->capture_default_str();
    suite.add_option("--log-bytes", options.log_bytes, "Bytes in the log of the measurement of starts")
        ->capture_default_str();
    return suite;
}

int run_queue(QueueCommand& command) {
    auto& options = command.options;
    if (command.latency) {
        options.workload.mix = Mix::send;
        options.workload.connections = options.workload.in_flight = options.workload.batch = 1;
    }
    if (command.rounds->empty() && options.baseline) options.rounds = 3;
    const auto report = run_queue_bench(options, progress_for_people());
    if (!command.json) {
        fmt::print("{}", as_table(report));
        return 0;
    }
    auto object = as_json(report);
    object["machine"] = as_json(this_machine());
    fmt::print("{}\n", boost::json::serialize(object));
    return 0;
}

int run_suite_command(const SuiteCommand& command) {
    const auto report = run_suite(command.options, tell);
    fmt::print("{}", as_table(report));
    if (command.json_file.empty()) return 0;
    std::ofstream file(command.json_file);
    file << boost::json::serialize(as_json(report)) << '\n';
    if (!file.flush()) throw BenchError(fmt::format("Cannot write {}.", command.json_file));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures a Tern broker.", "tern-bench");
    app.require_subcommand(1);
    QueueCommand queue;
    StreamCommand stream;
    TopicCommand topic;
    AwsCommand aws;
    SuiteCommand suite;
    const auto& queue_command = add_queue_command(app, queue);
    const auto& stream_command = add_stream_command(app, stream);
    const auto& topic_command = add_topic_command(app, topic);
    const auto& aws_command = add_aws_command(app, aws);
    add_suite_command(app, suite);
    CLI11_PARSE(app, argc, argv);

    // As the broker does, so that the bare loops are not slower by pages that come and go with each commit.
    ::mallopt(M_MMAP_THRESHOLD, 2 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
    watch_for_interruption();
    try {
        if (queue_command.parsed()) return run_queue(queue);
        if (stream_command.parsed()) return run_stream_command(stream, progress_for_people());
        if (topic_command.parsed()) return run_topic_command(topic, progress_for_people());
        if (aws_command.parsed()) return run_aws_command(aws, progress_for_people());
        return run_suite_command(suite);
    } catch (const BadOption& error) {
        fmt::print(stderr, "tern-bench: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "tern-bench: {}\n", error.what());
        return 1;
    }
}
