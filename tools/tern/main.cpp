#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>

#include "tern/error.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/input/input_file.hpp"

namespace {

using namespace tern::cli;

void add_commands(CommandLine& line) {
    auto& root = line.root();
    root.require_subcommand(1);
    root.set_version_flag("--version", "tern " TERN_VERSION, "Show the version");

    auto& queue = *root.add_subcommand("queue", "Queues and their messages");
    queue.require_subcommand(1);
    add_queue_create(line, queue);
    add_queue_list(line, queue);
    add_queue_show(line, queue);
    add_queue_set(line, queue);
    add_queue_tag(line, queue);
    add_queue_send(line, queue);
    add_queue_receive(line, queue);
    add_queue_delete(line, queue);
    add_queue_peek(line, queue);
    add_queue_purge(line, queue);
    add_queue_redrive(line, queue);
    add_queue_work(line, queue);
    add_queue_delete_queue(line, queue);

    auto& stream = *root.add_subcommand("stream", "Streams and their records");
    stream.require_subcommand(1);
    add_stream_create(line, stream);
    add_stream_list(line, stream);
    add_stream_show(line, stream);
    add_stream_set(line, stream);
    add_stream_append(line, stream);
    add_stream_read(line, stream);
    add_stream_tail(line, stream);
    add_stream_truncate(line, stream);
    add_stream_delete(line, stream);

    auto& group = *root.add_subcommand("group", "Consumer groups: who reads streams, and how far they are");
    group.require_subcommand(1);
    add_group_list(line, group);
    add_group_show(line, group);
    add_group_lag(line, group);
    add_group_reset(line, group);
    add_group_delete(line, group);

    auto& topic = *root.add_subcommand("topic", "Topics: publish, subscribe, history, who is there");
    topic.require_subcommand(1);
    add_topic_create(line, topic);
    add_topic_list(line, topic);
    add_topic_show(line, topic);
    add_topic_set(line, topic);
    add_topic_publish(line, topic);
    add_topic_subscribe(line, topic);
    add_topic_history(line, topic);
    add_topic_presence(line, topic);
    add_topic_subscription(line, topic);
    add_topic_delete(line, topic);

    add_status(line, root);
    add_check(line, root);
    add_backup(line, root);
    add_completion(line, root);
}

/// Runs the chosen command; everything that can go wrong becomes one message and an exit code here.
ExitCode run(const CommandLine& line) {
    const bool json = line.common().json;
    Context context(line.common());
    try {
        const auto code = line.chosen()(context);
        context.out().flush();
        return code;
    } catch (const Failure& failure) {
        report(failure, json);
        return failure.code;
    } catch (const tern::Error& error) {
        const auto failure = failure_of(error, context.server(), context.subject());
        report(failure, json);
        return failure.code;
    } catch (const InputFailure& failure) {
        report({ExitCode::usage, failure.what()}, json);
        return ExitCode::usage;
    } catch (const OutputFailure& failure) {
        if (!failure.reader_gone) report({ExitCode::failed, failure.what()}, json);
        return ExitCode::failed;
    } catch (const std::exception& error) {
        report({ExitCode::failed, error.what()}, json);
        return ExitCode::failed;
    }
}

}  // namespace

int main(int argc, char** argv) {
    // A reader that goes away is told by write() itself.
    std::signal(SIGPIPE, SIG_IGN);

    CLI::App root(
        "Tern: durable queues, streams and topics. `tern queue COMMAND --help` tells more about each command.", "tern");
    CommandLine line(root);
    add_commands(line);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return root.exit(error) == 0 ? EXIT_SUCCESS : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(run(line));
}
