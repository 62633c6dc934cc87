#pragma once

#include <CLI/App.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tools/tern/context.hpp"

namespace tern::cli {

/// What the arguments ask for: filled while they are parsed, run afterwards.
class CommandLine {
public:
    using Run = std::function<ExitCode(Context&)>;

    explicit CommandLine(CLI::App& root);

    /// A command with the options that all have in common.
    CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description);

    /// The same with options of its own; `run` is called with them when this command was chosen.
    template <class Options>
    void on(CLI::App& command, std::shared_ptr<Options> options, ExitCode (*run)(Context&, const Options&)) {
        command.callback(
            [this, options, run] { chosen_ = [options, run](Context& context) { return run(context, *options); }; });
    }

    CLI::App& root() { return root_; }
    const CommonOptions& common() const { return common_; }
    /// Empty when no command was chosen.
    const Run& chosen() const { return chosen_; }

private:
    void add_common_options(CLI::App& command);

    CLI::App& root_;
    CommonOptions common_;
    Run chosen_;
};

/// An option that takes a duration, such as 30s, 5m, 2h, 1d or plain seconds.
CLI::Option* add_duration(CLI::App& command, const std::string& name, std::optional<std::chrono::milliseconds>& to,
                          const std::string& description);
/// An option that takes a size, such as 262144, 256KiB or 16MiB.
CLI::Option* add_bytes(CLI::App& command, const std::string& name, std::optional<std::int64_t>& to,
                       const std::string& description);
/// The positional QUEUE.
CLI::Option* add_queue_name(CLI::App& command, std::string& to);

}  // namespace tern::cli
