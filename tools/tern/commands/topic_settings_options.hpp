#pragma once

#include <CLI/App.hpp>

#include "tern/topic.hpp"

namespace tern::cli {

/// A topic's settings as options of `create` and `set`; those that were named are in `settings` afterwards.
void add_settings_options(CLI::App& command, TopicSettings& settings);
/// Those that are decided when a topic is made.
void add_fixed_settings_options(CLI::App& command, TopicSettings& settings);

}  // namespace tern::cli
