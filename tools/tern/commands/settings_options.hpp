#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/queue.hpp"

namespace tern::cli {

/// A queue's settings as options of `create` and `set`.
struct SettingsOptions {
    QueueSettings settings;
    std::optional<std::string> dead_letter_queue;
    std::optional<std::uint32_t> receives_max;
    std::optional<std::string> deduplication_scope;
    std::optional<std::string> throughput_limit;
    std::vector<std::string> redrive_from;
    bool no_dead_letter = false;
};

void add_settings_options(CLI::App& command, SettingsOptions& options);

/// The settings that were named. `current`: what holds now, for a setting of which only a half was given.
/// Errors: Failure (usage) for halves that have no other half.
QueueSettings settings_from(const SettingsOptions& options, const QueueSettings& current);

/// True when the settings can only be told with the current ones at hand.
bool needs_current_settings(const SettingsOptions& options);

/// The tags of "key=value" arguments. Errors: InputFailure.
std::vector<Tag> tags_from(const std::vector<std::string>& arguments);

}  // namespace tern::cli
