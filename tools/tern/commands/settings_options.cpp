#include "tools/tern/commands/settings_options.hpp"

#include "tools/tern/command_line.hpp"
#include "tools/tern/failure.hpp"
#include "tools/tern/input/attribute.hpp"

namespace tern::cli {

namespace {

void add_durations(CLI::App& command, QueueSettings& settings) {
    add_duration(command, "--delay", settings.delay, "Messages can be received only after this, up to 15m")
        ->group(settings_group);
    add_duration(command, "--visibility-timeout", settings.visibility_timeout,
                 "A received message that is not deleted comes back after this, up to 12h (default 30s)")
        ->group(settings_group);
    add_duration(command, "--retention", settings.retention, "Messages are kept so long, 1m to 14d (default 4d)")
        ->group(settings_group);
    add_duration(command, "--wait", settings.wait, "A receive waits so long for a message, up to 20s (default 0)")
        ->group(settings_group);
}

RedrivePolicy redrive_policy_from(const SettingsOptions& options, const QueueSettings& current) {
    RedrivePolicy policy = current.redrive_policy.value_or(RedrivePolicy{});
    if (options.no_dead_letter) return {};
    if (options.dead_letter_queue) policy.dead_letter_queue = *options.dead_letter_queue;
    if (options.receives_max) policy.receive_count_max = *options.receives_max;
    if (policy.dead_letter_queue.empty()) {
        throw Failure(ExitCode::usage, "--receives-max says when a message is a dead letter, but not where it goes",
                      "Add --dead-letter QUEUE.");
    }
    if (policy.receive_count_max == 0) {
        throw Failure(ExitCode::usage, "--dead-letter says where dead letters go, but not when a message is one",
                      "Add --receives-max N: after N receives without a delete, 1 to 1000.");
    }
    return policy;
}

RedriveAllowPolicy allow_policy_from(const std::vector<std::string>& sources) {
    if (sources.front() == "all") return {RedriveAllow::all, {}};
    if (sources.front() == "none") return {RedriveAllow::none, {}};
    return {RedriveAllow::by_queue, sources};
}

}  // namespace

void add_settings_options(CLI::App& command, SettingsOptions& options) {
    add_durations(command, options.settings);
    add_bytes(command, "--message-bytes-max", options.settings.message_bytes_max,
              "The longest message with its attributes, 1KiB to 16MiB (default 1MiB)")
        ->group(settings_group);
    command.add_option("--dead-letter", options.dead_letter_queue, "Where messages go that were received too often")
        ->type_name("QUEUE")
        ->group(settings_group);
    command
        .add_option("--receives-max", options.receives_max, "How many receives without a delete are enough, 1 to 1000")
        ->type_name("N")
        ->group(settings_group);
    command.add_flag("--no-dead-letter", options.no_dead_letter, "Dead letters go nowhere any more")
        ->group(settings_group);
    command
        .add_option("--accept-dead-letters-of", options.redrive_from,
                    "Which queues may send their dead letters here: `all`, `none`, or up to 10 names")
        ->type_name("QUEUE")
        ->group(settings_group);
    auto& by_content = options.settings.content_based_deduplication;
    command
        .add_flag_callback(
            "--content-deduplication", [&by_content] { by_content = true; },
            "FIFO: messages without a deduplication id get one from their body")
        ->group(settings_group);
    command
        .add_flag_callback(
            "--no-content-deduplication", [&by_content] { by_content = false; }, "FIFO: each message needs an id")
        ->group(settings_group);
    command.add_option("--deduplication-scope", options.deduplication_scope, "FIFO: `queue` (default) or `group`")
        ->check(CLI::IsMember({"queue", "group"}))
        ->type_name("SCOPE")
        ->group(settings_group);
    command.add_option("--throughput-limit", options.throughput_limit, "FIFO: `queue` (default) or `group`")
        ->check(CLI::IsMember({"queue", "group"}))
        ->type_name("LIMIT")
        ->group(settings_group);
}

bool needs_current_settings(const SettingsOptions& options) {
    return options.dead_letter_queue.has_value() != options.receives_max.has_value();
}

QueueSettings settings_from(const SettingsOptions& options, const QueueSettings& current) {
    QueueSettings settings = options.settings;
    if (options.deduplication_scope) {
        settings.deduplication_scope =
            *options.deduplication_scope == "group" ? DeduplicationScope::message_group : DeduplicationScope::queue;
    }
    if (options.throughput_limit) {
        settings.throughput_limit =
            *options.throughput_limit == "group" ? ThroughputLimit::per_message_group_id : ThroughputLimit::per_queue;
    }
    if (options.dead_letter_queue || options.receives_max || options.no_dead_letter) {
        settings.redrive_policy = redrive_policy_from(options, current);
    }
    if (!options.redrive_from.empty()) settings.redrive_allow_policy = allow_policy_from(options.redrive_from);
    return settings;
}

std::vector<Tag> tags_from(const std::vector<std::string>& arguments) {
    std::vector<Tag> tags;
    for (const auto& argument : arguments) {
        auto [key, value] = parse_key_value(argument);
        tags.push_back({std::move(key), std::move(value)});
    }
    return tags;
}

}  // namespace tern::cli
