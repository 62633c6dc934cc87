#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/queue_json.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

struct ListOptionsOfCommand {
    std::string prefix;
    bool names = false;
};

std::vector<QueueSummary> all_queues(Context& context, const std::string& prefix) {
    std::vector<QueueSummary> queues;
    ListOptions page_options;
    page_options.namespace_name = context.namespace_name();
    page_options.prefix = prefix;
    do {
        auto page = context.client().list_queues(page_options);
        for (auto& queue : page.queues) queues.push_back(std::move(queue));
        page_options.page_token = std::move(page.next_page_token);
    } while (!page_options.page_token.empty());
    return queues;
}

std::string table_of(const std::vector<QueueSummary>& queues, const Context& context) {
    using enum Table::Align;
    Table table({{"Queue"}, {"Visible", right}, {"In flight", right}, {"Delayed", right}, {"Oldest", right}});
    for (const auto& [name, counts] : queues) {
        table.add_row({name, human_count(counts.visible), human_count(counts.in_flight), human_count(counts.delayed),
                       counts.oldest_sent_at ? rough_duration(age_of(*counts.oldest_sent_at)) : "-"});
    }
    return table.render(context.style(), context.terminal().columns);
}

ExitCode list(Context& context, const ListOptionsOfCommand& options) {
    const auto queues = all_queues(context, options.prefix);
    if (options.names) {
        for (const auto& queue : queues) context.out().write(queue.name + "\n");
    } else if (context.json()) {
        boost::json::array array;
        for (const auto& queue : queues) array.push_back(json_of(queue));
        context.out().write_json(array);
    } else if (!queues.empty()) {
        context.out().write(table_of(queues, context));
    } else {
        context.note(options.prefix.empty() ? "No queues yet. `tern queue create NAME` makes one."
                                            : fmt::format("No queue's name begins with '{}'.", options.prefix));
    }
    return ExitCode::ok;
}

}  // namespace

void add_queue_list(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "list", "All queues with their counts");
    auto options = std::make_shared<ListOptionsOfCommand>();
    command.add_option("prefix", options->prefix, "Only queues whose names begin so")->type_name("PREFIX");
    command.add_flag("--names", options->names, "Names only, one a line");
    line.on<ListOptionsOfCommand>(command, options, list);
}

}  // namespace tern::cli
