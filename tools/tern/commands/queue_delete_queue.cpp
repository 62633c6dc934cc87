#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

struct DeleteQueueOptions {
    std::string name;
    bool yes = false;
};

ExitCode delete_queue(Context& context, const DeleteQueueOptions& options) {
    const auto queue = context.queue(options.name);
    const auto counts = context.client().describe_queue(queue).counts;
    const auto messages = counted(counts.visible + counts.in_flight + counts.delayed, "message");
    if (!context.confirmed(fmt::format("Delete the queue {1} with its {0}?", messages, options.name), options.yes)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }

    context.client().delete_queue(queue);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"deleted", true}});
    } else {
        context.out().write(fmt::format("{} {}, {} gone\n", options.name, context.style().green("deleted"), messages));
    }
    return ExitCode::ok;
}

}  // namespace

void add_queue_delete_queue(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "delete-queue", "Delete a queue with all its messages");
    auto options = std::make_shared<DeleteQueueOptions>();
    add_queue_name(command, options->name);
    command.add_flag("-y,--yes", options->yes, "Do not ask");
    line.on<DeleteQueueOptions>(command, options, delete_queue);
}

}  // namespace tern::cli
