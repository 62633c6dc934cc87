#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <memory>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/message_json.hpp"

namespace tern::cli {

namespace {

struct PeekCommandOptions {
    std::string name;
    std::uint32_t max = 10;
    bool in_flight = false;
    bool delayed = false;
    bool all = false;
    bool raw = false;
};

void write_array(Output& out, const std::vector<ReceivedMessage>& messages) {
    const char* separator = "[\n";
    for (const auto& message : messages) {
        out.write(separator + boost::json::serialize(json_of(message)));
        separator = ",\n";
    }
    out.write(messages.empty() ? "[]\n" : "\n]\n");
}

ExitCode peek(Context& context, const PeekCommandOptions& options) {
    PeekOptions wanted;
    wanted.messages_max = options.max;
    wanted.visible = options.all || (!options.in_flight && !options.delayed);
    wanted.in_flight = options.all || options.in_flight;
    wanted.delayed = options.all || options.delayed;
    const auto messages = context.client().peek(context.queue(options.name), wanted);

    if (context.json()) {
        write_array(context.out(), messages);
        return ExitCode::ok;
    }
    bool first = true;
    for (const auto& message : messages) {
        if (options.raw) {
            context.out().write(message.body + "\n");
            continue;
        }
        if (!first) context.out().write("\n");
        context.out().write(heading_of(message, context.style()) + shown_body(message, context.terminal().present));
        first = false;
    }
    if (messages.empty()) context.note("Nothing to see.");
    return ExitCode::ok;
}

}  // namespace

void add_queue_peek(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "peek", "Look at messages without receiving them");
    auto options = std::make_shared<PeekCommandOptions>();
    add_queue_name(command, options->name);
    command.add_option("--max", options->max, "Up to so many messages, 1 to 1000 (default 10)")
        ->type_name("N")
        ->check(CLI::Range(1, static_cast<int>(protocol::peek_messages_max), "a number from 1 to 1000"));
    command.add_flag("--in-flight", options->in_flight, "Those that somebody works on");
    command.add_flag("--delayed", options->delayed, "Those that cannot be received yet");
    command.add_flag("--all", options->all, "Those, and the visible ones");
    command.add_flag("--raw", options->raw, "Bodies only, each with a line feed");
    line.on<PeekCommandOptions>(command, options, peek);
}

}  // namespace tern::cli
