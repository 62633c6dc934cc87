#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/commands/stream_settings_options.hpp"

namespace tern::cli {

namespace {

struct CreateStreamOptions {
    std::string name;
    StreamSettingsOptions settings;
};

ExitCode create(Context& context, const CreateStreamOptions& options) {
    const auto answer = context.client().create_stream(context.stream(options.name), settings_from(options.settings));
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"created", answer.created}});
    } else {
        context.out().write(
            fmt::format("{} {}\n", options.name, answer.created ? context.style().green("created") : "exists already"));
    }
    return ExitCode::ok;
}

}  // namespace

void add_stream_create(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "create", "Make a stream; one that is there with the same settings is fine");
    auto options = std::make_shared<CreateStreamOptions>();
    add_stream_name(command, options->name);
    add_settings_options(command, options->settings);
    line.on<CreateStreamOptions>(command, options, create);
}

}  // namespace tern::cli
