#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/commands/settings_options.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct TagOptions {
    std::string name;
    std::vector<std::string> tags;
    std::vector<std::string> removed;
};

ExitCode tag(Context& context, const TagOptions& options) {
    const auto tags = tags_from(options.tags);
    if (tags.empty() && options.removed.empty()) {
        throw Failure(ExitCode::usage, "no tag given", "Write KEY=VALUE to set a tag, --remove KEY to take one away.");
    }

    const auto queue = context.queue(options.name);
    if (!options.removed.empty()) context.client().untag_queue(queue, options.removed);
    if (!tags.empty()) context.client().tag_queue(queue, tags);

    const auto description = context.client().describe_queue(queue);
    if (context.json()) {
        boost::json::object shown;
        for (const auto& [key, value] : description.tags) shown[key] = value;
        context.out().write_json(boost::json::object{{"name", options.name}, {"tags", std::move(shown)}});
        return ExitCode::ok;
    }
    Table table({{"Tag"}, {"Value"}});
    for (const auto& [key, value] : description.tags) table.add_row({key, value});
    context.out().write(table.empty() ? fmt::format("{} has no tags now\n", options.name)
                                      : table.render(context.style(), context.terminal().columns));
    return ExitCode::ok;
}

}  // namespace

void add_queue_tag(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "tag", "Set and remove a queue's tags, and show them all");
    auto options = std::make_shared<TagOptions>();
    add_queue_name(command, options->name);
    command.add_option("tags", options->tags, "Tags to set")->type_name("KEY=VALUE");
    command.add_option("--remove", options->removed, "A tag to take away; may be given more than once")
        ->type_name("KEY")
        ->take_all()
        ->expected(1);
    line.on<TagOptions>(command, options, tag);
}

}  // namespace tern::cli
