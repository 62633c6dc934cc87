#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

struct DeleteGroupOptions {
    std::string name;
    bool yes = false;
};

ExitCode delete_group(Context& context, const DeleteGroupOptions& options) {
    const auto group = context.group(options.name);
    const auto count = context.client().describe_group(group).offsets.size();
    const auto offsets = counted(count, "committed offset");
    if (!context.confirmed(fmt::format("Delete the group {} with its {}?", options.name, offsets), options.yes)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }

    context.client().delete_group(group);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"deleted", true}, {"offsets", count}});
    } else {
        context.out().write(fmt::format("{} {}, {} gone\n", options.name, context.style().green("deleted"), offsets));
    }
    return ExitCode::ok;
}

}  // namespace

void add_group_delete(CommandLine& line, CLI::App& group) {
    auto& command = line.add(group, "delete", "Delete a consumer group with its committed offsets; it has no members");
    auto options = std::make_shared<DeleteGroupOptions>();
    add_group_name(command, options->name);
    command.add_flag("-y,--yes", options->yes, "Do not ask");
    line.on<DeleteGroupOptions>(command, options, delete_group);
}

}  // namespace tern::cli
