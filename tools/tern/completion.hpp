#pragma once

#include <CLI/App.hpp>
#include <string>

namespace tern::cli {

/// A script for bash, zsh or fish, made from the commands and options there are, so that it never falls behind them.
/// Names of queues are asked of the broker while completing.
std::string completion_script(const CLI::App& root, const std::string& shell);

}  // namespace tern::cli
