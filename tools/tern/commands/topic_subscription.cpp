#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/topic_json.hpp"
#include "tools/tern/topics/subscription_listing.hpp"
#include "tools/tern/topics/topic_tables.hpp"

/// The subscriptions that a topic keeps: those of queues, and durable ones.
namespace tern::cli {

namespace {

struct SubscriptionOptions {
    std::string topic;
    /// The queue to add, or which subscription.
    std::string which;
    SubscriptionSettings settings;
    std::optional<std::string> filter_scope;
    bool yes = false;
};

// The longest filter policy, with room for how it is written.
constexpr std::size_t filter_file_bytes_max = 1u << 20;

SubscriptionSettings settings_from(const SubscriptionOptions& options) {
    auto settings = options.settings;
    if (options.filter_scope) {
        settings.filter_scope = *options.filter_scope == "body" ? FilterScope::body : FilterScope::attributes;
    }
    if (settings.filter_policy && settings.filter_policy->starts_with('@')) {
        settings.filter_policy = read_whole(settings.filter_policy->substr(1), filter_file_bytes_max);
    }
    return settings;
}

ExitCode add(Context& context, const SubscriptionOptions& options) {
    const auto topic = context.topic(options.topic);
    const auto added = context.client().add_subscription(topic, options.which, settings_from(options));
    if (context.json()) {
        context.out().write_json(boost::json::object{{"subscription", added.subscription}, {"created", added.created}});
    } else {
        context.out().write(fmt::format("{} {}\n", added.subscription,
                                        added.created ? context.style().green("added") : "exists already"));
    }
    return ExitCode::ok;
}

ExitCode list(Context& context, const SubscriptionOptions& options) {
    const auto subscriptions = all_subscriptions(context, context.topic(options.topic));
    if (context.json()) {
        boost::json::array array;
        for (const auto& subscription : subscriptions) array.push_back(json_of(subscription));
        context.out().write_json(array);
    } else if (!subscriptions.empty()) {
        context.out().write(cli::table_of(subscriptions).render(context.style(), context.terminal().columns));
    } else {
        context.note(
            fmt::format("No subscriptions yet. `tern topic subscription add {} QUEUE` adds one.", options.topic));
    }
    return ExitCode::ok;
}

ExitCode show(Context& context, const SubscriptionOptions& options) {
    const auto subscription = find_subscription(context, context.topic(options.topic), options.which);
    if (context.json()) {
        context.out().write_json(json_of(subscription));
    } else {
        context.out().write(cli::block_of(subscription).render(context.style(), context.terminal().columns));
    }
    return ExitCode::ok;
}

bool names_nothing(const SubscriptionSettings& settings) {
    return !settings.pattern && !settings.filter_policy && !settings.filter_scope && !settings.raw &&
           !settings.dead_letter_queue;
}

ExitCode set(Context& context, const SubscriptionOptions& options) {
    const auto settings = settings_from(options);
    if (names_nothing(settings)) {
        throw Failure(ExitCode::usage, "nothing to set", "`tern topic subscription set --help` lists the settings.");
    }
    const auto topic = context.topic(options.topic);
    const auto id = find_subscription(context, topic, options.which).subscription;
    context.client().set_subscription(topic, id, settings);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"subscription", id}, {"changed", true}});
    } else {
        context.out().write(fmt::format("{} {}\n", id, context.style().green("changed")));
    }
    return ExitCode::ok;
}

ExitCode remove(Context& context, const SubscriptionOptions& options) {
    const auto topic = context.topic(options.topic);
    const auto subscription = find_subscription(context, topic, options.which);
    const bool loses = subscription.kind != SubscriptionKind::queue;
    const auto question = fmt::format("Remove the subscription {} with what waits in it?", subscription.subscription);
    if (loses && !context.confirmed(question, options.yes)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }
    context.client().remove_subscription(topic, subscription.subscription);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"subscription", subscription.subscription}, {"removed", true}});
    } else {
        context.out().write(fmt::format("{} {}\n", subscription.subscription, context.style().green("removed")));
    }
    return ExitCode::ok;
}

void add_which(CLI::App& command, SubscriptionOptions& options) {
    command.add_option("subscription", options.which, "Its id, or the queue's name, or a durable one's name")
        ->required()
        ->type_name("SUBSCRIPTION");
}

void add_settings(CLI::App& command, SubscriptionOptions& options) {
    const std::string group = "Settings";
    auto& settings = options.settings;
    command.add_option("--pattern", settings.pattern, "Only these subjects, such as 'orders.*'; else all of the topic")
        ->type_name("PATTERN")
        ->group(group);
    command
        .add_option("--filter", settings.filter_policy, "A filter policy as of SNS, in JSON, or @FILE; {} removes it")
        ->type_name("JSON")
        ->group(group);
    command.add_option("--filter-scope", options.filter_scope, "What it looks at: attributes (default) or body")
        ->type_name("SCOPE")
        ->check(CLI::IsMember({"attributes", "body"}))
        ->group(group);
    command
        .add_flag_callback(
            "--raw", [&settings] { settings.raw = true; }, "The message is the data as it was published")
        ->group(group);
    command
        .add_flag_callback(
            "--no-raw", [&settings] { settings.raw = false; }, "The message is an envelope of JSON around it (default)")
        ->group(group);
    command
        .add_option("--dead-letter", settings.dead_letter_queue, "Where goes what the queue does not take; '' removes")
        ->type_name("QUEUE")
        ->group(group);
}

using Run = ExitCode (*)(Context&, const SubscriptionOptions&);

/// A command on the subscriptions of one topic.
struct Added {
    CLI::App& command;
    std::shared_ptr<SubscriptionOptions> options;
};
Added add_command(CommandLine& line, CLI::App& family, const std::string& name, const std::string& description,
                  Run run) {
    auto& command = line.add(family, name, description);
    auto options = std::make_shared<SubscriptionOptions>();
    add_topic_name(command, options->topic);
    line.on<SubscriptionOptions>(command, options, run);
    return {command, options};
}

}  // namespace

void add_topic_subscription(CommandLine& line, CLI::App& topic) {
    auto& family =
        *topic.add_subcommand("subscription", "Queues that get what is published, and durable subscriptions");
    family.require_subcommand(1);

    const auto adding = add_command(line, family, "add", "Send what is published into a queue", add);
    add_queue_name(adding.command, adding.options->which);
    add_settings(adding.command, *adding.options);

    add_command(line, family, "list", "The subscriptions of a topic with what they have delivered", list);

    const auto showing = add_command(line, family, "show", "One subscription at a glance", show);
    add_which(showing.command, *showing.options);

    const auto setting = add_command(line, family, "set", "Change a subscription; what is not named stays", set);
    add_which(setting.command, *setting.options);
    add_settings(setting.command, *setting.options);

    const auto removing = add_command(line, family, "remove", "Remove a subscription", remove);
    add_which(removing.command, *removing.options);
    removing.command.add_flag("-y,--yes", removing.options->yes, "Do not ask");
}

}  // namespace tern::cli
