#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/input/attribute.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/topics/history_start.hpp"
#include "tools/tern/topics/publishing.hpp"

namespace tern::cli {

namespace {

struct PublishCommandOptions {
    std::string name;
    std::vector<std::string> data;
    std::string subject;
    std::string file;
    bool lines = false;
    bool ndjson = false;
    std::uint64_t from_line = 1;
    RecordFields fields;
    std::optional<milliseconds> retry;
    std::vector<std::string> attributes;
    std::string group;
    std::optional<std::string> deduplication_id;
    bool ephemeral = false;
};

/// What all publications of this command have in common.
NewPublication template_of(const PublishCommandOptions& options) {
    NewPublication publication;
    publication.subject = options.subject.empty() ? options.name : options.subject;
    for (const auto& argument : options.attributes) {
        auto [name, type, value] = parse_attribute(argument);
        publication.attributes.push_back({std::move(name), std::move(type), std::move(value)});
    }
    publication.group_id = options.group;
    publication.deduplication_id = options.deduplication_id;
    return publication;
}

void check(const PublishCommandOptions& options) {
    const bool bulk = options.lines || options.ndjson;
    const bool grouped = !options.group.empty() || !options.fields.group.empty();
    if (topic_of(options.name).ends_with(".fifo") && !grouped) {
        throw Failure(ExitCode::usage, "a publication on a FIFO topic belongs to a group",
                      "Give --group ID, or --group-field FIELD with --ndjson.");
    }
    if (!options.subject.empty() && topic_of(options.subject) != topic_of(options.name)) {
        throw Failure(ExitCode::usage, "the subject begins with the topic's name",
                      fmt::format("Write: --subject {}.{}", topic_of(options.name), options.subject));
    }
    if (bulk && !options.data.empty()) {
        throw Failure(ExitCode::usage, "--lines and --ndjson read a file or standard input, not arguments");
    }
    if (options.deduplication_id && (bulk || options.data.size() > 1)) {
        throw Failure(ExitCode::usage, "one --deduplication-id for many publications would drop all but the first",
                      "Use --ndjson with --deduplication-field.");
    }
    if (!options.data.empty() || !options.file.empty() || isatty(STDIN_FILENO) == 0) return;
    throw Failure(ExitCode::usage, "nothing to publish", "Give it as an argument, with --file, or on standard input.");
}

ExitCode publish(Context& context, const PublishCommandOptions& options) {
    check(options);
    const auto topic = context.topic(topic_of(options.name));
    PublishOptions publishing;
    publishing.namespace_name = topic.namespace_name;
    publishing.ephemeral = options.ephemeral;
    const auto file = options.file.empty() ? std::string("-") : options.file;
    const auto publication = template_of(options);
    if (options.lines || options.ndjson) {
        LinesToPublish lines{file, options.from_line, {publication, std::nullopt}, publishing, options.retry};
        if (options.ndjson) lines.layout.fields = options.fields;
        return publish_lines(context, lines);
    }
    auto data = options.data;
    if (data.empty()) data.push_back(read_whole(file, protocol::publication_bytes_max));
    std::vector<NewPublication> publications(data.size(), publication);
    for (std::size_t i = 0; i < data.size(); ++i) publications[i].data = std::move(data[i]);
    return publish_few(context, std::move(publications), publishing);
}

void add_input_options(CLI::App& command, PublishCommandOptions& options) {
    command.add_option("data", options.data, "What to publish; several make several publications")->type_name("DATA");
    command.add_option("--file", options.file, "Read this file instead; `-` is standard input")->type_name("FILE");
    auto* lines = command.add_flag("--lines", options.lines, "Each line of the input is a publication");
    auto* ndjson = command.add_flag("--ndjson", options.ndjson, "Each line of the input is a JSON record");
    lines->excludes(ndjson);
    const auto add_field = [&](const char* name, std::string& to, const char* description) {
        command.add_option(name, to, description)->type_name("FIELD")->needs(ndjson);
    };
    add_field("--data-field", options.fields.body, "The record's field that is published; else the whole line is");
    add_field("--subject-field", options.fields.subject, "The record's field that is the subject");
    add_field("--group-field", options.fields.group, "The record's field that names the group");
    add_field("--deduplication-field", options.fields.deduplication, "The record's field that is the deduplication id");
    command.add_option("--from-line", options.from_line, "Pass over the lines before this one")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    add_duration(command, "--retry", options.retry,
                 "With --lines or --ndjson: wait so long for a broker that is gone; nothing is published twice");
}

}  // namespace

void add_topic_publish(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "publish", "Publish: from arguments, a file or standard input");
    auto options = std::make_shared<PublishCommandOptions>();
    add_topic_name(command, options->name)->description("The topic, or a subject of it, such as chat.room.42");
    add_input_options(command, *options);
    command.add_option("--subject", options->subject, "The subject; it begins with the topic's name")
        ->type_name("SUBJECT");
    command
        .add_option("--attribute", options->attributes, "name=value, name:Number=5 or name:Binary=@file; repeatable")
        ->type_name("ATTRIBUTE")
        ->take_all()
        ->expected(1);
    command.add_flag("--ephemeral", options->ephemeral, "Only for who is there now: kept nowhere, given to no queue");
    command.add_option("--group", options->group, "FIFO: the group, which keeps its order")->type_name("ID");
    command.add_option("--deduplication-id", options->deduplication_id, "A second one with this id is not published")
        ->type_name("ID");
    line.on<PublishCommandOptions>(command, options, publish);
}

}  // namespace tern::cli
