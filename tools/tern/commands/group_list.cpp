#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/groups/group_listing.hpp"
#include "tools/tern/stream_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct ListGroupsOptions {
    std::string prefix;
    bool names = false;
};

std::string groups_table(const std::vector<GroupSummary>& groups, const Context& context) {
    using enum Table::Align;
    Table table({{"Group"}, {"State"}, {"Members", right}, {"Generation", right}, {"Strategy"}});
    for (const auto& group : groups) {
        table.add_row({group.name, std::string(text_of(group.state)), human_count(group.members),
                       std::to_string(group.generation), std::string(text_of(group.strategy))});
    }
    return table.render(context.style(), context.terminal().columns);
}

ExitCode list(Context& context, const ListGroupsOptions& options) {
    const auto groups = all_groups(context, options.prefix);
    if (options.names) {
        for (const auto& group : groups) context.out().write(group.name + "\n");
    } else if (context.json()) {
        boost::json::array array;
        for (const auto& group : groups) array.push_back(json_of(group));
        context.out().write_json(array);
    } else if (!groups.empty()) {
        context.out().write(groups_table(groups, context));
    } else {
        context.note(options.prefix.empty() ? "No consumer groups yet. A first member makes one: "
                                              "`tern stream tail STREAM -f --group NAME`."
                                            : fmt::format("No group's name begins with '{}'.", options.prefix));
    }
    return ExitCode::ok;
}

}  // namespace

void add_group_list(CommandLine& line, CLI::App& group) {
    auto& command = line.add(group, "list", "All consumer groups");
    auto options = std::make_shared<ListGroupsOptions>();
    command.add_option("prefix", options->prefix, "Only groups whose names begin so")->type_name("PREFIX");
    command.add_flag("--names", options->names, "Names only, one a line");
    line.on<ListGroupsOptions>(command, options, list);
}

}  // namespace tern::cli
