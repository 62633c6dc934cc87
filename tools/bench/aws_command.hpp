#pragma once

#include <CLI/CLI.hpp>

#include "tools/bench/aws_bench.hpp"

namespace tern::bench {

/// `tern-bench aws`.
struct AwsCommand {
    AwsBenchOptions options;
    bool json = false;
    CLI::Option* rounds = nullptr;
};

/// `command` outlives the application.
CLI::App& add_aws_command(CLI::App& app, AwsCommand& command);
/// Returns the exit code. Errors: throws BadOption and BenchError.
int run_aws_command(AwsCommand& command, const Progress& progress);

}  // namespace tern::bench
