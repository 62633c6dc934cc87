#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/stream_json.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

struct DeleteStreamOptions {
    std::string name;
    bool yes = false;
};

ExitCode delete_stream(Context& context, const DeleteStreamOptions& options) {
    const auto stream = context.stream(options.name);
    const auto count = records_of(context.client().describe_stream(stream));
    const auto records = counted(count, "record");
    if (!context.confirmed(fmt::format("Delete the stream {} with its {}?", options.name, records), options.yes)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }

    context.client().delete_stream(stream);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"deleted", true}, {"records", count}});
    } else {
        context.out().write(fmt::format("{} {}, {} gone\n", options.name, context.style().green("deleted"), records));
    }
    return ExitCode::ok;
}

}  // namespace

void add_stream_delete(CommandLine& line, CLI::App& stream) {
    auto& command = line.add(stream, "delete", "Delete a stream with all its records");
    auto options = std::make_shared<DeleteStreamOptions>();
    add_stream_name(command, options->name);
    command.add_flag("-y,--yes", options->yes, "Do not ask");
    line.on<DeleteStreamOptions>(command, options, delete_stream);
}

}  // namespace tern::cli
