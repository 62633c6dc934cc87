#include "tools/tern/commands/stream_settings_options.hpp"

#include <fmt/format.h>

#include "protocol/limits.hpp"
#include "tools/tern/command_line.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

void add_retention(CLI::App& command, StreamSettings& settings) {
    const auto read_duration = [&settings](const std::string& text) {
        settings.retention = text == "forever" ? milliseconds(0) : parse_duration(text);
        if (settings.retention) return;
        throw CLI::ValidationError(
            "--retention", fmt::format("'{}' is not a duration: write 12h, 7d, plain seconds, or forever", text));
    };
    command
        .add_option_function<std::string>("--retention", read_duration,
                                          "Records are kept so long, or `forever` (default 7d)")
        ->type_name("DURATION")
        ->group(settings_group);

    const auto read_bytes = [&settings](const std::string& text) {
        settings.retention_bytes = text == "unlimited" ? 0 : parse_bytes(text);
        if (settings.retention_bytes) return;
        throw CLI::ValidationError("--retention-bytes",
                                   fmt::format("'{}' is not a size: write 100MiB, 10GiB, or unlimited", text));
    };
    command
        .add_option_function<std::string>("--retention-bytes", read_bytes,
                                          "Each partition keeps so much, or `unlimited` (default)")
        ->type_name("SIZE")
        ->group(settings_group);
}

}  // namespace

void add_settings_options(CLI::App& command, StreamSettingsOptions& options) {
    command.add_option("--partitions", options.settings.partitions, "1 to 1024, and never fewer (default 1)")
        ->type_name("N")
        ->check(CLI::Range(1, static_cast<int>(protocol::partitions_max), "a number from 1 to 1024"))
        ->group(settings_group);
    add_retention(command, options.settings);
    add_bytes(command, "--record-bytes-max", options.settings.record_bytes_max,
              "The longest record with its key and headers, 1KiB to 16MiB (default 1MiB)")
        ->group(settings_group);
    command
        .add_option("--timestamps", options.timestamps,
                    "Whose clock gives records their time: `create` the producer's (default), `append` the broker's")
        ->check(CLI::IsMember({"create", "append"}))
        ->type_name("CLOCK")
        ->group(settings_group);
}

StreamSettings settings_from(const StreamSettingsOptions& options) {
    auto settings = options.settings;
    if (options.timestamps) {
        settings.timestamp_type = *options.timestamps == "append" ? TimestampType::append : TimestampType::create;
    }
    return settings;
}

}  // namespace tern::cli
