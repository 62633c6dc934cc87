#include "broker/runtime/start_file.hpp"

#include <toml++/toml.h>

#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "broker/engine/filter_policy.hpp"
#include "broker/engine/subject.hpp"
#include "broker/runtime/start_file_table.hpp"
#include "protocol/status.hpp"

namespace tern::runtime {
namespace {

using QueueChange = engine::QueueSettingsChange;
using TopicChange = engine::TopicSettingsChange;
using SubscriptionChange = engine::SubscriptionSettingsChange;

/// How a field of one kind of thing is read: nothing when there is no such field.
template <class Change>
using FieldReader = std::function<void(Change&)> (*)(const StartFileTable&, std::string_view, const toml::node&);

template <class Change, class Value>
std::function<void(Change&)> setter(std::optional<Value> Change::*member, Value value) {
    return [member, value = std::move(value)](Change& change) { change.*member = value; };
}

template <class Change>
std::function<void(Change&)> seconds_setter(std::optional<Milliseconds> Change::*member, const StartFileTable& table,
                                            std::string_view field, const toml::node& node) {
    const auto seconds = table.number(field, node);
    constexpr std::int64_t many = 1'000'000'000'000;
    if (seconds < 0 || seconds > many) table.fail(node, std::string(field) + " must be a number of seconds");
    return setter<Change, Milliseconds>(member, std::chrono::seconds(seconds));
}

std::function<void(QueueChange&)> queue_field(const StartFileTable& table, std::string_view field,
                                              const toml::node& node) {
    if (field == "delay_seconds") return seconds_setter(&QueueChange::delay, table, field, node);
    if (field == "visibility_timeout_seconds")
        return seconds_setter(&QueueChange::visibility_timeout, table, field, node);
    if (field == "retention_seconds") return seconds_setter(&QueueChange::retention, table, field, node);
    if (field == "wait_seconds") return seconds_setter(&QueueChange::wait, table, field, node);
    if (field == "message_bytes_max") return setter(&QueueChange::message_bytes_max, table.number(field, node));
    if (field == "content_based_deduplication")
        return setter(&QueueChange::content_based_deduplication, table.flag(field, node));
    if (field == "deduplication_scope")
        return setter(&QueueChange::deduplication_scope,
                      static_cast<engine::DeduplicationScope>(table.choice(field, node, {"queue", "message_group"})));
    if (field == "throughput_limit")
        return setter(&QueueChange::throughput_limit, static_cast<engine::ThroughputLimit>(table.choice(
                                                          field, node, {"per_queue", "per_message_group_id"})));
    return nullptr;
}

std::function<void(TopicChange&)> topic_field(const StartFileTable& table, std::string_view field,
                                              const toml::node& node) {
    if (field == "content_based_deduplication")
        return setter(&TopicChange::content_based_deduplication, table.flag(field, node));
    if (field == "history") return setter(&TopicChange::history, table.flag(field, node));
    if (field == "history_seconds") return seconds_setter(&TopicChange::history_age, table, field, node);
    if (field == "history_publications") return setter(&TopicChange::history_publications, table.number(field, node));
    if (field == "history_bytes") return setter(&TopicChange::history_bytes, table.number(field, node));
    if (field == "retained") return setter(&TopicChange::retained, table.flag(field, node));
    if (field == "publication_bytes_max") return setter(&TopicChange::publication_bytes_max, table.number(field, node));
    if (field == "presence")
        return setter(&TopicChange::presence,
                      static_cast<engine::PresenceMode>(table.choice(field, node, {"nobody", "subscribers"})));
    return nullptr;
}

std::function<void(SubscriptionChange&)> subscription_field(const StartFileTable& table, std::string_view field,
                                                            const toml::node& node) {
    if (field == "pattern") return setter(&SubscriptionChange::pattern, table.text(field, node));
    if (field == "filter_policy") return setter(&SubscriptionChange::filter_policy, table.json(field, node));
    if (field == "filter_scope")
        return setter(&SubscriptionChange::filter_scope,
                      static_cast<engine::FilterScope>(table.choice(field, node, {"attributes", "body"})));
    if (field == "raw") return setter(&SubscriptionChange::raw, table.flag(field, node));
    if (field == "dead_letter_queue") return setter(&SubscriptionChange::dead_letter_queue, table.text(field, node));
    return nullptr;
}

/// Reads a whole file. Throws StartFileFault.
class StartFileReader {
public:
    StartFileReader(const std::string& path, const StartFileHome& home) : home_(home) { file_.path = path; }

    StartFile read(const toml::table& root) {
        for (const auto& [key, node] : root) {
            const StartFileTable whole(file_.path, root, "start file");
            if (key != "queues" && key != "topics") {
                whole.fail(node, std::string(key.str()) + " is not known here; allowed: [[queues]] and [[topics]]");
            }
            const auto* const tables = node.as_array();
            if (!tables || !tables->is_array_of_tables()) {
                whole.fail(node, std::string(key.str()) + " must be tables: [[" + std::string(key.str()) + "]]");
            }
            for (const auto& one : *tables) key == "queues" ? queue(*one.as_table()) : topic(*one.as_table());
        }
        return std::move(file_);
    }

private:
    engine::QueueName name_in(StartFileTable& table, std::string_view kind) const {
        const auto name = table.optional_text("name");
        if (name.empty()) table.fail("it needs a name");
        table.describe(std::string(kind) + " \"" + name + "\"");
        auto account = table.optional_text("account");
        auto region = table.optional_text("region");
        if (account.empty()) account = home_.account;
        if (region.empty()) region = home_.region;
        const bool at_home = account == home_.account && region == home_.region;
        engine::QueueName full{at_home ? "" : account + "/" + region, name};
        if (!engine::valid_namespace(full.namespace_name)) table.fail("account or region is not allowed");
        return full;
    }

    /// Takes every field that `reader` knows, and refuses all others but those in `known`.
    template <class Change>
    void fields(const StartFileTable& table, FieldReader<Change> reader, std::initializer_list<std::string_view> known,
                std::vector<DeclaredField<Change>>& fields) const {
        for (const auto& [key, node] : table.table()) {
            const std::string name(key.str());
            if (std::find(known.begin(), known.end(), std::string_view(name)) != known.end()) continue;
            auto set = reader(table, name, node);
            if (!set) table.fail(node, name + " is not a field here; see docs/start-file.md");
            fields.push_back({name, StartFileTable::line_of(node), std::move(set), name == "dead_letter_queue"});
        }
    }

    void queue(const toml::table& node) {
        StartFileTable table(file_.path, node, "queue");
        Declaration<engine::QueueName, QueueChange> queue{name_in(table, "queue"), table.line()};
        const bool fifo = queue.name.name.ends_with(".fifo");
        if (!engine::valid_queue_name(queue.name.name, fifo))
            table.fail(protocol::sentence_of(Errc::queue_name_invalid));
        if (!seen_queues_.insert(queue.name).second) table.fail("it stands here twice");
        fields<QueueChange>(table, queue_field,
                            {"name", "account", "region", "tags", "dead_letter_queue", "receive_count_max"},
                            queue.fields);
        if (const auto* const tags = node.get("tags")) queue.tags = table.tags(*tags);
        redrive(table, queue.fields);

        engine::QueueSettings settings;
        settings.fifo = fifo;
        judge(table, queue.fields, [&](const QueueChange& change) { return engine::change(settings, change).errc; });
        file_.queues.push_back(std::move(queue));
    }

    static void redrive(const StartFileTable& table, std::vector<DeclaredField<QueueChange>>& fields) {
        const auto* const target = table.table().get("dead_letter_queue");
        const auto* const count = table.table().get("receive_count_max");
        if (!target && !count) return;
        if (!target || !count) table.fail("dead_letter_queue and receive_count_max belong together");
        const auto receives = table.number("receive_count_max", *count);
        if (receives < 1 || receives > 1000) table.fail(*count, "receive_count_max: allowed: 1 to 1000");
        const engine::RedrivePolicy policy{table.text("dead_letter_queue", *target),
                                           static_cast<std::uint32_t>(receives)};
        fields.push_back({"dead_letter_queue", StartFileTable::line_of(*target),
                          setter(&QueueChange::redrive_policy, policy), true});
    }

    void topic(const toml::table& node) {
        StartFileTable table(file_.path, node, "topic");
        Declaration<engine::TopicName, TopicChange> topic{name_in(table, "topic"), table.line()};
        const bool fifo = topic.name.name.ends_with(".fifo");
        if (!engine::valid_topic_name(topic.name.name, fifo))
            table.fail(protocol::sentence_of(Errc::topic_name_invalid));
        if (!seen_topics_.insert(topic.name).second) table.fail("it stands here twice");
        fields<TopicChange>(table, topic_field, {"name", "account", "region", "tags", "subscriptions"}, topic.fields);
        if (const auto* const tags = node.get("tags")) topic.tags = table.tags(*tags);

        engine::TopicSettings settings;
        settings.fifo = fifo;
        judge(table, topic.fields, [&](const TopicChange& change) {
            std::string_view setting;
            return engine::change(settings, change, true, setting);
        });
        subscriptions(table, topic.name);
        file_.topics.push_back(std::move(topic));
    }

    void subscriptions(const StartFileTable& topic, const engine::TopicName& name) {
        const auto* const list = topic.table().get("subscriptions");
        if (!list) return;
        const auto* const tables = list->as_array();
        if (!tables || !tables->is_array_of_tables()) {
            topic.fail(*list, "subscriptions must be tables: [[topics.subscriptions]]");
        }
        for (const auto& one : *tables) {
            StartFileTable table(file_.path, *one.as_table(), "subscription of topic \"" + name.name + "\"");
            const auto queue = table.optional_text("queue");
            if (queue.empty()) table.fail("it needs a queue");
            Declaration<SubscriptionName, SubscriptionChange> subscription{{name, queue}, table.line()};
            if (!seen_subscriptions_.insert(subscription.name).second)
                table.fail("queue \"" + queue + "\" stands here twice");
            fields<SubscriptionChange>(table, subscription_field, {"queue"}, subscription.fields);
            judge_filter(table, subscription.fields);
            file_.subscriptions.push_back(std::move(subscription));
        }
    }

    static void judge_filter(const StartFileTable& table,
                             const std::vector<DeclaredField<SubscriptionChange>>& fields) {
        SubscriptionChange change;
        for (const auto& field : fields) field.set(change);
        if (!change.filter_policy) return;
        const auto parsed = engine::parse_filter_policy(*change.filter_policy,
                                                        change.filter_scope.value_or(engine::FilterScope::attributes));
        if (parsed.refusal)
            table.fail(*table.table().get("filter_policy"), "filter_policy: " + parsed.refusal->sentence);
    }

    /// Tries the settings one by one, so that the sentence names the right one, in the order that they depend on.
    template <class Change, class Judge>
    void judge(const StartFileTable& table, const std::vector<DeclaredField<Change>>& fields, Judge&& judge) const {
        Change together;
        for (const auto& field : fields) {
            if (field.name != "throughput_limit") judge_one(table, field, judge);
            field.set(together);
        }
        if (const auto errc = judge(together); errc != Errc::ok) table.fail(protocol::sentence_of(errc));
    }
    template <class Change, class Judge>
    void judge_one(const StartFileTable& table, const DeclaredField<Change>& field, Judge&& judge) const {
        Change change;
        field.set(change);
        const auto errc = judge(change);
        if (errc == Errc::ok) return;
        std::string sentence = field.name + ": ";
        // The policy's field is made of two; either has its place.
        const auto* const node = table.table().get(field.name);
        table.fail(node ? *node : static_cast<const toml::node&>(table.table()),
                   sentence.append(protocol::sentence_of(errc)));
    }

    const StartFileHome& home_;
    StartFile file_;
    std::set<engine::QueueName> seen_queues_;
    std::set<engine::TopicName> seen_topics_;
    std::set<SubscriptionName> seen_subscriptions_;
};

}  // namespace

std::variant<StartFile, StartFileFault> read_start_file(const std::string& path, const StartFileHome& home) {
    std::ifstream file(path);
    if (!file) return StartFileFault{path + ": the start file cannot be read"};
    std::ostringstream text;
    text << file.rdbuf();
    try {
        return StartFileReader(path, home).read(toml::parse(text.str()));
    } catch (const StartFileFault& fault) {
        return fault;
    } catch (const toml::parse_error& error) {
        return StartFileFault{path + " line " + std::to_string(error.source().begin.line) +
                              ": this is not TOML: " + std::string(error.description())};
    }
}

}  // namespace tern::runtime
