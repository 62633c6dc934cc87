#pragma once

#include <CLI/CLI.hpp>

#include "tools/bench/stream_bench.hpp"

namespace tern::bench {

/// `tern-bench stream`.
struct StreamCommand {
    StreamBenchOptions options;
    bool json = false;
    CLI::Option* rounds = nullptr;
};

/// `command` outlives the application.
CLI::App& add_stream_command(CLI::App& app, StreamCommand& command);
/// Returns the exit code. Errors: throws BadOption and BenchError.
int run_stream_command(StreamCommand& command, const Progress& progress);

}  // namespace tern::bench
