#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/commands/settings_options.hpp"

namespace tern::cli {

namespace {

struct SetOptions {
    std::string name;
    SettingsOptions settings;
};

bool names_nothing(const QueueSettings& settings) {
    return !settings.delay && !settings.message_bytes_max && !settings.retention && !settings.wait &&
           !settings.visibility_timeout && !settings.content_based_deduplication && !settings.deduplication_scope &&
           !settings.throughput_limit && !settings.redrive_policy && !settings.redrive_allow_policy;
}

ExitCode set(Context& context, const SetOptions& options) {
    const auto queue = context.queue(options.name);
    QueueSettings current;
    if (needs_current_settings(options.settings)) current = context.client().describe_queue(queue).settings;
    const auto settings = settings_from(options.settings, current);
    if (names_nothing(settings)) {
        throw Failure(ExitCode::usage, "nothing to set", "`tern queue set --help` lists the settings.");
    }

    context.client().set_queue(queue, settings);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"changed", true}});
    } else {
        context.out().write(fmt::format("{} {}\n", options.name, context.style().green("changed")));
    }
    return ExitCode::ok;
}

}  // namespace

void add_queue_set(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "set", "Change a queue's settings; what is not named stays");
    auto options = std::make_shared<SetOptions>();
    add_queue_name(command, options->name);
    add_settings_options(command, options->settings);
    line.on<SetOptions>(command, options, set);
}

}  // namespace tern::cli
