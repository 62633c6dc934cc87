#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/commands/stream_settings_options.hpp"

namespace tern::cli {

namespace {

struct SetStreamOptions {
    std::string name;
    StreamSettingsOptions settings;
};

bool names_nothing(const StreamSettings& settings) {
    return !settings.partitions && !settings.retention && !settings.retention_bytes && !settings.record_bytes_max &&
           !settings.timestamp_type;
}

ExitCode set(Context& context, const SetStreamOptions& options) {
    const auto settings = settings_from(options.settings);
    if (names_nothing(settings)) {
        throw Failure(ExitCode::usage, "nothing to set", "`tern stream set --help` lists the settings.");
    }

    context.client().set_stream(context.stream(options.name), settings);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"changed", true}});
    } else {
        context.out().write(fmt::format("{} {}\n", options.name, context.style().green("changed")));
    }
    return ExitCode::ok;
}

}  // namespace

void add_stream_set(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "set", "Change a stream's settings; what is not named stays");
    auto options = std::make_shared<SetStreamOptions>();
    add_stream_name(command, options->name);
    add_settings_options(command, options->settings);
    line.on<SetStreamOptions>(command, options, set);
}

}  // namespace tern::cli
