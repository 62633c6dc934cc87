#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <memory>
#include <vector>

#include "tools/tern/commands/commands.hpp"
#include "tools/tern/commands/settings_options.hpp"
#include "tools/tern/commands/topic_settings_options.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/topic_json.hpp"

/// Making, changing and deleting topics.
namespace tern::cli {

namespace {

struct CreateTopicOptions {
    std::string name;
    TopicSettings settings;
    std::vector<std::string> tags;
};

ExitCode create(Context& context, const CreateTopicOptions& options) {
    auto settings = options.settings;
    if (options.name.ends_with(".fifo")) settings.fifo = true;
    const auto topic = context.topic(options.name);
    const auto answer = context.client().create_topic(topic, settings, tags_from(options.tags));
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"created", answer.created}});
    } else {
        context.out().write(
            fmt::format("{} {}\n", options.name, answer.created ? context.style().green("created") : "exists already"));
    }
    return ExitCode::ok;
}

struct SetTopicOptions {
    std::string name;
    TopicSettings settings;
};

bool names_nothing(const TopicSettings& settings) {
    return !settings.history_age && !settings.history_publications && !settings.history_bytes && !settings.retained &&
           !settings.publication_bytes_max && !settings.presence && !settings.content_based_deduplication;
}

ExitCode set(Context& context, const SetTopicOptions& options) {
    if (names_nothing(options.settings)) {
        throw Failure(ExitCode::usage, "nothing to set", "`tern topic set --help` lists the settings.");
    }
    context.client().set_topic(context.topic(options.name), options.settings);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name}, {"changed", true}});
    } else {
        context.out().write(fmt::format("{} {}\n", options.name, context.style().green("changed")));
    }
    return ExitCode::ok;
}

struct DeleteTopicOptions {
    std::string name;
    bool yes = false;
};

ExitCode delete_topic(Context& context, const DeleteTopicOptions& options) {
    const auto name = context.topic(options.name);
    const auto topic = context.client().describe_topic(name);
    const auto what = fmt::format("{} and {}", counted(publications_of(topic), "publication"),
                                  counted(topic.subscriptions, "subscription"));
    if (!context.confirmed(fmt::format("Delete the topic {} with its {}?", options.name, what), options.yes)) {
        context.note("Nothing was done.");
        return ExitCode::failed;
    }

    context.client().delete_topic(name);
    if (context.json()) {
        context.out().write_json(boost::json::object{{"name", options.name},
                                                     {"deleted", true},
                                                     {"publications", publications_of(topic)},
                                                     {"subscriptions", topic.subscriptions}});
    } else {
        context.out().write(fmt::format("{} {}, {} gone\n", options.name, context.style().green("deleted"), what));
    }
    return ExitCode::ok;
}

}  // namespace

void add_topic_create(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "create", "Make a topic; one that is there with the same settings is fine");
    auto options = std::make_shared<CreateTopicOptions>();
    add_topic_name(command, options->name);
    add_fixed_settings_options(command, options->settings);
    add_settings_options(command, options->settings);
    command.add_option("--tag", options->tags, "A tag of the topic; may be given more than once")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->expected(1)
        ->group("Settings");
    line.on<CreateTopicOptions>(command, options, create);
}

void add_topic_set(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "set", "Change a topic's settings; what is not named stays");
    auto options = std::make_shared<SetTopicOptions>();
    add_topic_name(command, options->name);
    add_settings_options(command, options->settings);
    line.on<SetTopicOptions>(command, options, set);
}

void add_topic_delete(CommandLine& line, CLI::App& topic) {
    auto& command = line.add(topic, "delete", "Delete a topic with its history and its subscriptions");
    auto options = std::make_shared<DeleteTopicOptions>();
    add_topic_name(command, options->name);
    command.add_flag("-y,--yes", options->yes, "Do not ask");
    line.on<DeleteTopicOptions>(command, options, delete_topic);
}

}  // namespace tern::cli
