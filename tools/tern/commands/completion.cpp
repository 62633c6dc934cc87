#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/completion.hpp"

namespace tern::cli {

namespace {

struct CompletionOptions {
    std::string shell;
    const CLI::App* root = nullptr;
};

ExitCode completion(Context& context, const CompletionOptions& options) {
    context.out().write(completion_script(*options.root, options.shell));
    return ExitCode::ok;
}

}  // namespace

void add_completion(CommandLine& line, CLI::App& root) {
    auto& command = line.add(root, "completion", "A script that makes your shell complete `tern`'s commands and names");
    auto options = std::make_shared<CompletionOptions>();
    options->root = &root;
    command.add_option("shell", options->shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}))
        ->type_name("SHELL");
    line.on<CompletionOptions>(command, options, completion);
}

}  // namespace tern::cli
