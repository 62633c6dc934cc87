#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

struct PurgeOptions {
    std::string name;
    bool yes = false;
};

ExitCode purge(Context& context, const PurgeOptions& options) {
    const auto queue = context.queue(options.name);
    const auto counts = context.client().describe_queue(queue).counts;
    const auto messages = counted(counts.visible + counts.in_flight + counts.delayed, "message");
    if (!context.confirmed(fmt::format("Delete all {} of {}?", messages, options.name), options.yes)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }

    context.client().purge_queue(queue);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"purged", true}});
    } else {
        context.out().write(fmt::format("{} {}, {} gone\n", options.name, context.style().green("purged"), messages));
    }
    return ExitCode::ok;
}

}  // namespace

void add_queue_purge(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "purge", "Delete all messages of a queue");
    auto options = std::make_shared<PurgeOptions>();
    add_queue_name(command, options->name);
    command.add_flag("-y,--yes", options->yes, "Do not ask");
    line.on<PurgeOptions>(command, options, purge);
}

}  // namespace tern::cli
