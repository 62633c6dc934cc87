#include <unistd.h>

#include <memory>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/input/attribute.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/send/send_bodies.hpp"
#include "tools/tern/send/send_lines.hpp"

namespace tern::cli {

namespace {

struct SendCommandOptions {
    std::string name;
    std::vector<std::string> bodies;
    std::string file;
    bool lines = false;
    bool ndjson = false;
    std::uint64_t from_line = 1;
    RecordFields fields;
    std::optional<milliseconds> delay;
    std::optional<milliseconds> retry;
    std::vector<std::string> attributes;
    std::string group;
    std::optional<std::string> deduplication_id;
};

/// What all messages of this command have in common.
NewMessage template_of(const SendCommandOptions& options) {
    NewMessage message;
    for (const auto& argument : options.attributes) {
        auto [name, type, value] = parse_attribute(argument);
        message.attributes.push_back({std::move(name), std::move(type), std::move(value)});
    }
    message.delay = options.delay;
    message.group_id = options.group;
    message.deduplication_id = options.deduplication_id;
    return message;
}

void check(const SendCommandOptions& options) {
    const bool bulk = options.lines || options.ndjson;
    const bool grouped = !options.group.empty() || !options.fields.group.empty();
    if (options.name.ends_with(".fifo") && !grouped) {
        throw Failure(ExitCode::usage, "a message to a FIFO queue belongs to a group",
                      "Give --group ID, or --group-field FIELD with --ndjson.");
    }
    if (bulk && !options.bodies.empty()) {
        throw Failure(ExitCode::usage, "--lines and --ndjson read a file or standard input, not arguments");
    }
    if (options.deduplication_id && (bulk || options.bodies.size() > 1)) {
        throw Failure(ExitCode::usage, "one --deduplication-id for many messages would drop all but the first",
                      "Use --ndjson with --deduplication-field, or a queue with --content-deduplication.");
    }
    if (!options.bodies.empty() || !options.file.empty() || isatty(STDIN_FILENO) == 0) return;
    throw Failure(ExitCode::usage, "no message body", "Give one as an argument, with --file, or on standard input.");
}

ExitCode send(Context& context, const SendCommandOptions& options) {
    check(options);
    const auto file = options.file.empty() ? std::string("-") : options.file;
    const auto message = template_of(options);
    if (!options.lines && !options.ndjson) {
        auto bodies = options.bodies;
        if (bodies.empty()) bodies.push_back(read_whole(file, protocol::message_bytes_max));
        return send_bodies(context, options.name, message, std::move(bodies));
    }
    LinesToSend lines{options.name, file, options.from_line, message, std::nullopt, options.retry};
    if (options.ndjson) lines.fields = options.fields;
    return send_lines(context, lines);
}

void add_input_options(CLI::App& command, SendCommandOptions& options) {
    command.add_option("body", options.bodies, "The message; several make several messages")->type_name("BODY");
    command.add_option("--file", options.file, "Read this file instead; `-` is standard input")->type_name("FILE");
    auto* lines = command.add_flag("--lines", options.lines, "Each line of the input is a message");
    auto* ndjson = command.add_flag("--ndjson", options.ndjson, "Each line of the input is a JSON record");
    lines->excludes(ndjson);
    const auto add_field = [&](const char* name, std::string& to, const char* description) {
        command.add_option(name, to, description)->type_name("FIELD")->needs(ndjson);
    };
    add_field("--body-field", options.fields.body, "The record's field that is the body; else the whole line is");
    add_field("--group-field", options.fields.group, "The record's field that names the group");
    add_field("--deduplication-field", options.fields.deduplication, "The record's field that is the deduplication id");
    command.add_option("--from-line", options.from_line, "Pass over the lines before this one")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    add_duration(command, "--retry", options.retry,
                 "With --lines or --ndjson: wait so long for a broker that is gone, and send again what is uncertain");
}

}  // namespace

void add_queue_send(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "send", "Send messages: from arguments, a file or standard input");
    auto options = std::make_shared<SendCommandOptions>();
    add_queue_name(command, options->name);
    add_input_options(command, *options);
    add_duration(command, "--delay", options->delay, "They can be received only after this, up to 15m");
    command
        .add_option("--attribute", options->attributes, "name=value, name:Number=5 or name:Binary=@file; repeatable")
        ->type_name("ATTRIBUTE")
        ->take_all()
        ->expected(1);
    command.add_option("--group", options->group, "The group of the messages; a FIFO queue keeps its order")
        ->type_name("ID");
    command.add_option("--deduplication-id", options->deduplication_id, "FIFO: a second one with this id is dropped")
        ->type_name("ID");
    line.on<SendCommandOptions>(command, options, send);
}

}  // namespace tern::cli
