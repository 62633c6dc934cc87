#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/commands/settings_options.hpp"

namespace tern::cli {

namespace {

struct CreateOptions {
    std::string name;
    bool fifo = false;
    SettingsOptions settings;
    std::vector<std::string> tags;
};

ExitCode create(Context& context, const CreateOptions& options) {
    auto settings = settings_from(options.settings, {});
    // The broker knows a FIFO queue by its name; the flag is for those who want to say it.
    if (options.fifo && !options.name.ends_with(".fifo")) {
        throw Failure(ExitCode::usage, "a FIFO queue's name ends in .fifo",
                      fmt::format("Write: tern queue create {}.fifo", options.name));
    }
    if (options.name.ends_with(".fifo")) settings.fifo = true;

    const auto answer = context.client().create_queue(context.queue(options.name), settings, tags_from(options.tags));
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"created", answer.created}});
    } else {
        context.out().write(
            fmt::format("{} {}\n", options.name, answer.created ? context.style().green("created") : "exists already"));
    }
    return ExitCode::ok;
}

}  // namespace

void add_queue_create(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "create", "Make a queue; one that is there with the same settings is fine");
    auto options = std::make_shared<CreateOptions>();
    add_queue_name(command, options->name);
    command.add_flag("--fifo", options->fifo, "In order within each group; the name ends in .fifo")->group("Settings");
    add_settings_options(command, options->settings);
    command.add_option("--tag", options->tags, "A tag of the queue; may be given more than once")
        ->type_name("KEY=VALUE")
        ->group("Settings");
    line.on<CreateOptions>(command, options, create);
}

}  // namespace tern::cli
