#include "tools/bench/topic_command.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "tools/bench/machine.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/topic_report.hpp"

namespace tern::bench {

namespace {

const std::map<std::string, TopicEncoding> topic_encodings = {{"json", TopicEncoding::json},
                                                              {"fbs", TopicEncoding::fbs}};

void add_topic_workload(CLI::App& topic, TopicWorkload& workload) {
    topic.add_option("--subscribers", workload.subscribers, "WebSockets that are pushed everything")
        ->capture_default_str();
    topic.add_option("--publishers", workload.publishers, "Native connections that publish")->capture_default_str();
    topic.add_option("--in-flight", workload.in_flight, "Publications on their way to subscribers at once")
        ->capture_default_str();
    topic.add_option("--bytes", workload.body_bytes, "Bytes in a publication's data")->capture_default_str();
    topic.add_option("--encoding", workload.encoding, "What subscribers speak: json or fbs")
        ->transform(CLI::CheckedTransformer(topic_encodings, CLI::ignore_case))
        ->default_str("json");
    topic.add_flag("--durable", workload.durable, "A topic with a history on disk, compared with one without");
    topic.add_option("--rate", workload.publications_per_s_max, "Publications in a second at most; 0: no limit")
        ->capture_default_str();
}

}  // namespace

CLI::App& add_topic_command(CLI::App& app, TopicCommand& command) {
    auto& topic = *app.add_subcommand("topic", "Measure topics: fan-out to WebSockets, filters, idle connections");
    auto& options = command.options;
    topic.add_option("--server", options.server, "A running broker (HOST:PORT); without it one is started");
    topic.add_option("--http", options.http, "HOST:PORT where that broker serves WebSockets");
    topic.add_option("--ternd", options.ternd, "The ternd to start; without it the one beside tern-bench");
    topic.add_option("--data", options.data, "Folder on the disk to measure; what is written there goes at the end")
        ->capture_default_str();
    topic.add_flag("--allow-memory", options.allow_memory, "Measure although that folder lies in memory");
    add_topic_workload(topic, options.workload);
    topic.add_option("--idle-connections", options.idle_connections, "Idle WebSockets whose memory is measured first")
        ->capture_default_str();
    topic.add_option("--slow", options.slow, "Subscribers that stop reading, in a second measurement")
        ->capture_default_str();
    topic
        .add_option("--filtered-subscriptions", options.filtered_subscriptions,
                    "Filtered queue subscriptions, of which ten match, against ten in all")
        ->capture_default_str();
    topic.add_option("--seconds", options.times.seconds, "Measured seconds in each round")->capture_default_str();
    topic.add_option("--warm-up", options.times.warm_up_seconds, "Seconds of load before them")->capture_default_str();
    command.rounds = topic.add_option("--rounds", options.rounds, "Rounds; 1, when something is compared 3");
    topic.add_flag("--baseline", options.baseline, "Compare with a bare loop that writes the same bytes to as many");
    topic.add_flag("--json", command.json, "Print JSON");
    return topic;
}

int run_topic_command(TopicCommand& command, const Progress& progress) {
    auto& options = command.options;
    const bool compares =
        options.baseline || options.workload.durable || options.slow > 0 || options.filtered_subscriptions > 0;
    if (command.rounds->empty() && compares) options.rounds = 3;
    const auto report = run_topic_bench(options, progress);
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
