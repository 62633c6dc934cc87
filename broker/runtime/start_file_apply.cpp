#include "broker/runtime/start_file_apply.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "broker/engine/queries.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/runtime/blocking_caller.hpp"
#include "broker/runtime/log.hpp"
#include "protocol/status.hpp"

namespace tern::runtime {
namespace {

using QueueDeclaration = Declaration<engine::QueueName, engine::QueueSettingsChange>;
using TopicDeclaration = Declaration<engine::TopicName, engine::TopicSettingsChange>;
using SubscriptionDeclaration = Declaration<SubscriptionName, engine::SubscriptionSettingsChange>;

/// What differs of a subscription, by the name of the field; empty when nothing does.
std::string_view first_difference(const engine::SubscriptionDescription& there,
                                  const engine::SubscriptionSettingsChange& wanted) {
    if (wanted.pattern && *wanted.pattern != there.pattern) return "pattern";
    if (wanted.filter_policy && *wanted.filter_policy != there.filter_policy) return "filter_policy";
    if (wanted.filter_scope && *wanted.filter_scope != there.filter_scope) return "filter_scope";
    if (wanted.raw && *wanted.raw != there.raw) return "raw";
    if (wanted.dead_letter_queue && *wanted.dead_letter_queue != there.dead_letter_queue) return "dead_letter_queue";
    return {};
}

/// The settings that differ from what is there, and their names.
template <class Change>
struct Differences {
    Change change;
    std::string names;
};

template <class Settings, class Change>
Differences<Change> differences(const Settings& there, const std::vector<DeclaredField<Change>>& fields,
                                bool needing_queues) {
    Differences<Change> result;
    for (const auto& field : fields) {
        if (field.needs_queues != needing_queues) continue;
        Change alone;
        field.set(alone);
        if (first_difference(there, alone).empty()) continue;
        field.set(result.change);
        result.names += (result.names.empty() ? "" : ", ") + field.name;
    }
    return result;
}

/// Tags that are there beyond those that the file names stay.
bool has_all(const std::vector<engine::QueueTag>& there, const std::vector<engine::QueueTag>& wanted) {
    return std::ranges::all_of(
        wanted, [&](const engine::QueueTag& tag) { return std::ranges::find(there, tag) != there.end(); });
}

class StartFileApplier {
public:
    StartFileApplier(LocalBroker& broker, const StartFile& file) : broker_(broker), file_(file), caller_(broker) {}

    void apply() {
        for (const auto& queue : file_.queues) make_queue(queue);
        // Dead-letter queues may stand behind those that name them.
        for (const auto& queue : file_.queues) change_queue(queue, true);
        for (const auto& topic : file_.topics) make_topic(topic);
        for (const auto& subscription : file_.subscriptions) subscribe(subscription);
        broker_.log().info("start file applied", {{"file", file_.path}, {"made", made_}, {"changed", changed_}});
    }

private:
    template <class Declared>
    void execute(const Declared& declared, std::string_view kind, const std::string& name, engine::Command&& command) {
        const auto answer = caller_.execute(std::move(command));
        if (answer.status == Errc::ok) return;
        auto line = declared.line;
        for (const auto& field : declared.fields) {
            if (field.name == answer.detail) line = field.line;
        }
        std::string sentence = file_.path + " line " + std::to_string(line) + ": " + std::string(kind) + " \"" + name +
                               "\": " + std::string(protocol::sentence_of(answer.status));
        throw StartFileFault{answer.detail.empty() ? sentence : sentence + " (" + answer.detail + ")"};
    }

    void tell_made(std::string_view kind, const std::string& name) {
        ++made_;
        broker_.log().info("start file: made", {{kind, name}});
    }
    void tell_changed(std::string_view kind, const std::string& name, const std::string& settings) {
        ++changed_;
        broker_.log().info("start file: changed", {{kind, name}, {"settings", settings}});
    }

    void make_queue(const QueueDeclaration& declared) {
        if (engine::describe_queue(*broker_.snapshot(), broker_.now(), declared.name).has_value()) {
            change_queue(declared, false);
            return tag_queue(declared);
        }
        engine::CreateQueue command;
        command.queue = declared.name;
        command.settings.fifo = declared.name.name.ends_with(".fifo");
        for (const auto& field : declared.fields) {
            if (!field.needs_queues) field.set(command.settings);
        }
        command.tags = declared.tags;
        execute(declared, "queue", declared.name.name, std::move(command));
        tell_made("queue", declared.name.name);
        new_queues_.insert(declared.name);
    }

    void change_queue(const QueueDeclaration& declared, bool needing_queues) {
        const auto there = engine::describe_queue(*broker_.snapshot(), broker_.now(), declared.name);
        if (!there.has_value()) return;
        auto wanted = differences(there->settings, declared.fields, needing_queues);
        if (wanted.names.empty()) return;
        engine::SetQueue command;
        command.queue = declared.name;
        command.settings = std::move(wanted.change);
        execute(declared, "queue", declared.name.name, std::move(command));
        if (!new_queues_.contains(declared.name)) tell_changed("queue", declared.name.name, wanted.names);
    }

    void tag_queue(const QueueDeclaration& declared) {
        const auto there = engine::describe_queue(*broker_.snapshot(), broker_.now(), declared.name);
        if (has_all(there.has_value() ? there->tags : std::vector<engine::QueueTag>(), declared.tags)) return;
        engine::TagQueue command;
        command.queue = declared.name;
        command.tags = declared.tags;
        execute(declared, "queue", declared.name.name, std::move(command));
        tell_changed("queue", declared.name.name, "tags");
    }

    void make_topic(const TopicDeclaration& declared) {
        const auto there = engine::describe_topic(*broker_.snapshot(), declared.name, broker_.durable_end());
        if (there.has_value()) return change_topic(declared, *there);
        engine::CreateTopic command;
        command.topic = declared.name;
        command.settings.fifo = declared.name.name.ends_with(".fifo");
        for (const auto& field : declared.fields) field.set(command.settings);
        command.tags = declared.tags;
        execute(declared, "topic", declared.name.name, std::move(command));
        tell_made("topic", declared.name.name);
    }

    void change_topic(const TopicDeclaration& declared, const engine::TopicDescription& there) {
        auto wanted = differences(there.settings, declared.fields, false);
        engine::SetTopic command;
        if (!has_all(there.tags, declared.tags)) {
            command.tags = declared.tags;
            wanted.names += wanted.names.empty() ? "tags" : ", tags";
        }
        if (wanted.names.empty()) return;
        command.topic = declared.name;
        command.settings = std::move(wanted.change);
        execute(declared, "topic", declared.name.name, std::move(command));
        tell_changed("topic", declared.name.name, wanted.names);
    }

    std::optional<engine::SubscriptionDescription> find(const SubscriptionName& name) {
        engine::Page page;
        do {
            const auto found = engine::list_subscriptions(*broker_.snapshot(), broker_.now(), name.topic, page);
            if (!found.has_value()) return std::nullopt;
            for (const auto& one : found->subscriptions) {
                if (one.kind == engine::SubscriptionKind::queue && one.queue.name == name.queue) return one;
            }
            page.token = found->next_token;
        } while (!page.token.empty());
        return std::nullopt;
    }

    void subscribe(const SubscriptionDeclaration& declared) {
        const auto name = declared.name.topic.name + " -> " + declared.name.queue;
        const auto there = find(declared.name);
        if (there) return change_subscription(declared, *there, name);
        engine::AddSubscription command;
        command.topic = declared.name.topic;
        command.queue = declared.name.queue;
        for (const auto& field : declared.fields) field.set(command.settings);
        execute(declared, "subscription", name, std::move(command));
        tell_made("subscription", name);
    }

    void change_subscription(const SubscriptionDeclaration& declared, const engine::SubscriptionDescription& there,
                             const std::string& name) {
        auto wanted = differences(there, declared.fields, false);
        auto others = differences(there, declared.fields, true);
        if (others.change.dead_letter_queue) {
            wanted.change.dead_letter_queue = others.change.dead_letter_queue;
            wanted.names += (wanted.names.empty() ? "" : ", ") + others.names;
        }
        if (wanted.names.empty()) return;
        engine::SetSubscription command;
        command.topic = declared.name.topic;
        command.subscription = there.subscription;
        command.settings = std::move(wanted.change);
        execute(declared, "subscription", name, std::move(command));
        tell_changed("subscription", name, wanted.names);
    }

    LocalBroker& broker_;
    const StartFile& file_;
    BlockingCaller caller_;
    std::set<engine::QueueName> new_queues_;
    std::uint64_t made_ = 0;
    std::uint64_t changed_ = 0;
};

}  // namespace

void apply_start_file(LocalBroker& broker, const StartFile& file) {
    StartFileApplier(broker, file).apply();
}

}  // namespace tern::runtime
