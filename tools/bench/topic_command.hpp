#pragma once

#include <CLI/CLI.hpp>

#include "tools/bench/topic_bench.hpp"

namespace tern::bench {

/// `tern-bench topic`.
struct TopicCommand {
    TopicBenchOptions options;
    bool json = false;
    CLI::Option* rounds = nullptr;
};

/// `command` outlives the application.
CLI::App& add_topic_command(CLI::App& app, TopicCommand& command);
/// Returns the exit code. Errors: throws BadOption and BenchError.
int run_topic_command(TopicCommand& command, const Progress& progress);

}  // namespace tern::bench
