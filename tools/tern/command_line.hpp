#pragma once

#include <CLI/App.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/tern/context.hpp"
#include "tools/tern/input/position.hpp"

namespace tern::cli {

/// The heading of options that are settings of a queue or a stream.
inline const std::string settings_group = "Settings";

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
/// An option that takes a place in a stream: earliest, latest, an offset, -1h, or a moment.
CLI::Option* add_position(CLI::App& command, const std::string& name, std::optional<Position>& to,
                          const std::string& description);
/// The option --partition, which may be given more than once.
CLI::Option* add_partitions(CLI::App& command, std::vector<std::uint32_t>& to, const std::string& description);
/// The positional QUEUE, STREAM and GROUP.
CLI::Option* add_queue_name(CLI::App& command, std::string& to);
CLI::Option* add_stream_name(CLI::App& command, std::string& to);
CLI::Option* add_group_name(CLI::App& command, std::string& to);

}  // namespace tern::cli
