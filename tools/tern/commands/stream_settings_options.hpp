#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "tern/stream.hpp"

namespace tern::cli {

/// A stream's settings as options of `create` and `set`.
struct StreamSettingsOptions {
    StreamSettings settings;
    std::optional<std::string> timestamps;
};

void add_settings_options(CLI::App& command, StreamSettingsOptions& options);

/// The settings that were named.
StreamSettings settings_from(const StreamSettingsOptions& options);

}  // namespace tern::cli
