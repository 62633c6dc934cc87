#include "tools/tern/commands/topic_settings_options.hpp"

#include <fmt/format.h>

#include "tools/tern/command_line.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

const std::string group = "Settings";

void add_switch(CLI::App& command, const std::string& name, std::optional<bool>& to, const std::string& on,
                const std::string& off) {
    command
        .add_flag_callback(
            "--" + name, [&to] { to = true; }, on)
        ->group(group);
    command
        .add_flag_callback(
            "--no-" + name, [&to] { to = false; }, off)
        ->group(group);
}

std::optional<std::int64_t> parse_count(const std::string& text) {
    if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) return {};
    return std::stoll(text);
}

void add_history_bounds(CLI::App& command, TopicSettings& settings) {
    const auto read_age = [&settings](const std::string& text) {
        settings.history_age = text == "forever" ? milliseconds(0) : parse_duration(text);
        if (settings.history_age) return;
        throw CLI::ValidationError("--history-age",
                                   fmt::format("'{}' is not a duration: write 12h, 7d, or forever", text));
    };
    command
        .add_option_function<std::string>("--history-age", read_age,
                                          "Publications are kept so long, or `forever` (default 24h)")
        ->type_name("DURATION")
        ->group(group);
    const auto read_count = [&settings](const std::string& text) {
        settings.history_publications = text == "unlimited" ? 0 : parse_count(text);
        if (settings.history_publications) return;
        throw CLI::ValidationError("--history-publications",
                                   fmt::format("'{}' is not a number, nor `unlimited`", text));
    };
    command
        .add_option_function<std::string>("--history-publications", read_count,
                                          "So many are kept at most, or `unlimited` (default 100000)")
        ->type_name("N")
        ->group(group);
    const auto read_bytes = [&settings](const std::string& text) {
        settings.history_bytes = text == "unlimited" ? 0 : parse_bytes(text);
        if (settings.history_bytes) return;
        throw CLI::ValidationError("--history-bytes",
                                   fmt::format("'{}' is not a size: write 100MiB, 10GiB, or unlimited", text));
    };
    command
        .add_option_function<std::string>("--history-bytes", read_bytes,
                                          "So much is kept at most, or `unlimited` (default 256MiB)")
        ->type_name("SIZE")
        ->group(group);
}

}  // namespace

void add_settings_options(CLI::App& command, TopicSettings& settings) {
    add_history_bounds(command, settings);
    add_switch(command, "retained", settings.retained,
               "The last publication of each subject is kept, and given to who subscribes", "Last values are not kept");
    auto& presence = settings.presence;
    command
        .add_flag_callback(
            "--presence", [&presence] { presence = PresenceMode::subscribers; }, "Subscribers are told who is there")
        ->group(group);
    command
        .add_flag_callback(
            "--no-presence", [&presence] { presence = PresenceMode::nobody; }, "Nobody is told")
        ->group(group);
    add_bytes(command, "--publication-bytes-max", settings.publication_bytes_max,
              "The longest publication with subject and attributes, up to 16MiB (default 256KiB)")
        ->group(group);
    add_switch(command, "content-deduplication", settings.content_based_deduplication,
               "FIFO: publications without a deduplication id get one from their data",
               "FIFO: each publication needs an id");
}

void add_fixed_settings_options(CLI::App& command, TopicSettings& settings) {
    add_switch(command, "history", settings.history, "Publications are kept in a log on disk (default)",
               "They are pushed to who is there, and kept nowhere: for signals");
}

}  // namespace tern::cli
