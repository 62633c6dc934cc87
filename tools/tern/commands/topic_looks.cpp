#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <memory>
#include <utility>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/topic_json.hpp"
#include "tools/tern/topics/subscription_listing.hpp"
#include "tools/tern/topics/topic_tables.hpp"

/// Looking at topics: which there are, what one is like, who is on it.
namespace tern::cli {

namespace {

struct ListTopicsOptions {
    std::string prefix;
    bool names = false;
};

std::vector<TopicSummary> all_topics(Context& context, const std::string& prefix) {
    std::vector<TopicSummary> topics;
    ListOptions page_options;
    page_options.namespace_name = context.namespace_name();
    page_options.prefix = prefix;
    do {
        auto page = context.client().list_topics(page_options);
        for (auto& topic : page.topics) topics.push_back(std::move(topic));
        page_options.page_token = std::move(page.next_page_token);
    } while (!page_options.page_token.empty());
    return topics;
}

void write_table(Context& context, const Table& table) {
    context.out().write(table.render(context.style(), context.terminal().columns));
}

ExitCode list(Context& context, const ListTopicsOptions& options) {
    const auto topics = all_topics(context, options.prefix);
    if (options.names) {
        for (const auto& topic : topics) context.out().write(topic.name + "\n");
    } else if (context.json()) {
        boost::json::array array;
        for (const auto& topic : topics) array.push_back(json_of(topic));
        context.out().write_json(array);
    } else if (!topics.empty()) {
        write_table(context, cli::table_of(topics));
    } else {
        context.note(options.prefix.empty() ? "No topics yet. `tern topic create NAME` makes one."
                                            : fmt::format("No topic's name begins with '{}'.", options.prefix));
    }
    return ExitCode::ok;
}

struct ShowTopicOptions {
    std::string name;
};

ExitCode show(Context& context, const ShowTopicOptions& options) {
    const auto name = context.topic(options.name);
    const auto topic = context.client().describe_topic(name);
    const auto subscriptions = all_subscriptions(context, name);
    if (context.json()) {
        auto object = json_of(topic);
        boost::json::array array;
        for (const auto& subscription : subscriptions) array.push_back(json_of(subscription));
        object["subscription_list"] = std::move(array);
        context.out().write_json(object);
        return ExitCode::ok;
    }
    context.out().write(cli::block_of(topic).render(context.style(), context.terminal().columns));
    if (subscriptions.empty()) return ExitCode::ok;
    context.out().write("\n");
    write_table(context, cli::table_of(subscriptions));
    return ExitCode::ok;
}

struct PresenceOptions {
    std::string name;
    std::uint32_t max = 1000;
};

ExitCode presence(Context& context, const PresenceOptions& options) {
    const auto there = context.client().describe_presence(context.topic(options.name), options.max);
    if (context.json()) {
        context.out().write_json(json_of(there));
        return ExitCode::ok;
    }
    if (there.members.empty()) context.note(fmt::format("Nobody is on {}.", options.name));
    if (!there.members.empty()) write_table(context, cli::table_of(there.members));
    context.out().flush();
    if (there.count > there.members.size()) context.note(fmt::format("{} in all.", there.count));
    return ExitCode::ok;
}

}  // namespace

void add_topic_list(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "list", "All topics with what they hold and who listens");
    auto options = std::make_shared<ListTopicsOptions>();
    command.add_option("prefix", options->prefix, "Only topics whose names begin so")->type_name("PREFIX");
    command.add_flag("--names", options->names, "Names only, one a line");
    line.on<ListTopicsOptions>(command, options, list);
}

void add_topic_show(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "show", "One topic at a glance: history, settings, subscriptions");
    auto options = std::make_shared<ShowTopicOptions>();
    add_topic_name(command, options->name);
    line.on<ShowTopicOptions>(command, options, show);
}

void add_topic_presence(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "presence", "Who is on a topic");
    auto options = std::make_shared<PresenceOptions>();
    add_topic_name(command, options->name);
    command.add_option("--max", options->max, "Show so many at most (default 1000)")
        ->type_name("N")
        ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{1'000'000}, "a number from 1 to 1000000"));
    line.on<PresenceOptions>(command, options, presence);
}

}  // namespace tern::cli
