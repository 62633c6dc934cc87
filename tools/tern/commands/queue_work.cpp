#include <unistd.h>

#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/work/work_run.hpp"

namespace tern::cli {

namespace {

constexpr std::uint32_t parallel_max = 1000;

ExitCode work(Context& context, const WorkOptions& options) {
    return WorkRun(context, options).run();
}

}  // namespace

void add_queue_work(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "work", "Run a command for each message; delete it when the command succeeds");
    auto options = std::make_shared<WorkOptions>();
    add_queue_name(command, options->queue);
    command.add_option("--exec", options->command, "Run by `sh -c`, with the message's body as its standard input")
        ->required()
        ->type_name("COMMAND");
    command.add_option("--parallel", options->parallel, "So many commands at once (default 1)")
        ->type_name("N")
        ->check(CLI::Range(std::uint32_t{1}, parallel_max, "a number from 1 to 1000"));
    command.add_option("--max", options->messages_max, "Stop after so many messages")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command.add_flag("--until-empty", options->until_empty, "Stop when there is nothing to receive");
    add_duration(command, "--wait", options->wait, "Each receive waits so long for messages (default 20s)");
    add_duration(command, "--visibility-timeout", options->visibility_timeout,
                 "If we die, messages come back after this; it is extended while a command runs");
    add_duration(command, "--retry-delay", options->retry_delay,
                 "A message whose command failed comes back after this; else after its visibility timeout");
    line.on<WorkOptions>(command, options, work);
}

}  // namespace tern::cli
