#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

// A large file takes its time, and the broker answers when it is whole.
constexpr std::chrono::hours answer_within{24};

struct BackupOptions {
    std::string path;
};

ExitCode backup(Context& context, const BackupOptions& options) {
    const auto began_at = std::chrono::steady_clock::now();
    const auto done = context.client(answer_within).backup(options.path);
    const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_at);

    if (context.json()) {
        context.out().write_json(
            boost::json::object{{"path", options.path}, {"bytes", done.bytes}, {"took_ms", took.count()}});
    } else {
        context.out().write(
            fmt::format("{} written to {} in {}\n", human_bytes(done.bytes), options.path, rough_duration(took)));
    }
    return ExitCode::ok;
}

}  // namespace

void add_backup(CommandLine& line, CLI::App& root) {
    auto& command = line.add(root, "backup", "Copy all that the broker holds, while it works, into a new folder");
    auto options = std::make_shared<BackupOptions>();
    command.add_option("path", options->path, "The new folder, by its full path on the broker's machine")
        ->required()
        ->type_name("PATH");
    line.on<BackupOptions>(command, options, backup);
}

}  // namespace tern::cli
