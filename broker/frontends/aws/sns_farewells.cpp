#include "broker/frontends/aws/sns_farewells.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "broker/frontends/aws/sns_platform.hpp"
#include "broker/frontends/aws/sns_publication.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr Milliseconds remembered_for = std::chrono::hours(72);
/// Whoever shows a token makes the broker look through all of them.
constexpr std::int64_t remembered_bytes_max = 4 << 20;
constexpr engine::HistoryLimits all_of_them{1000, 2 * remembered_bytes_max};

/// In the store (sns_platform.hpp): each is a publication, whose subject ends with the token.
engine::TopicName farewell_topic(const Scope& scope) {
    return {store_namespace(scope), "farewells"};
}

std::string subject_of(const engine::TopicName& farewells, std::string_view token) {
    return farewells.name + "." + std::string(token);
}

std::string written_down(const engine::TopicName& topic, const engine::SubscriptionDescription& subscription) {
    json::object about;
    about["topic"] = topic.name;
    about["protocol"] = subscription.protocol;
    about["endpoint"] = subscription.endpoint;
    about["raw"] = subscription.raw;
    about["filter_policy"] = subscription.filter_policy;
    about["by_body"] = subscription.filter_scope == engine::FilterScope::body;
    about["dead_letter_queue"] = subscription.dead_letter_queue;
    auto& annotations = about["annotations"].emplace_object();
    for (const auto& [name, text] : subscription.annotations) annotations[name] = text;
    return json::serialize(about);
}

std::string text_at(const json::object& about, const char* name) {
    const auto* const value = about.if_contains(name);
    return value && value->is_string() ? std::string(view_of(*value)) : std::string();
}

bool flag_at(const json::object& about, const char* name) {
    const auto* const value = about.if_contains(name);
    return value && value->is_bool() && value->get_bool();
}

engine::AddEndpoint read_back(const engine::TopicName& topic, const json::object& about, const std::string& token) {
    engine::AddEndpoint command;
    command.topic = topic;
    command.protocol = text_at(about, "protocol");
    command.endpoint = text_at(about, "endpoint");
    command.confirmed = true;
    command.token = token;
    auto& settings = command.settings;
    settings.queues_may_be_missing = true;
    settings.raw = flag_at(about, "raw");
    settings.filter_policy = text_at(about, "filter_policy");
    settings.filter_scope = flag_at(about, "by_body") ? engine::FilterScope::body : engine::FilterScope::attributes;
    settings.dead_letter_queue = text_at(about, "dead_letter_queue");
    if (const auto* const annotations = about.if_contains("annotations"); annotations && annotations->is_object())
        for (const auto& [name, text] : annotations->get_object())
            if (text.is_string()) settings.annotations[std::string(name)] = std::string(view_of(text));
    return command;
}

}  // namespace

Submit remember(const NamedTopic& topic, const engine::SubscriptionDescription& subscription,
                const std::string& token) {
    const auto farewells = farewell_topic(topic.scope);
    engine::Publication publication;
    publication.subject = subject_of(farewells, token);
    publication.data = written_down(topic.topic, subscription);
    engine::PublicationBatch batch;
    batch.push_back(std::move(publication));

    auto store = make_store_topic(farewells, {});
    store.settings_when_new.history_age = remembered_for;
    store.settings_when_new.history_bytes = remembered_bytes_max;
    Submit submit;
    submit.command = std::move(store);
    submit.then = [command = publish_command(engine::TopicName(farewells), std::move(batch), false)](
                      engine::Answer&& /*answer*/) -> Step {
        Submit publish;
        publish.bytes = command.batch->front().data.size();
        publish.command = command;
        // Whatever came of it, the subscription has ended.
        publish.then = [](engine::Answer&& /*answer*/) -> Step { return json::object(); };
        return publish;
    };
    return submit;
}

std::optional<engine::AddEndpoint> recall(const Surroundings& surroundings, const NamedTopic& topic,
                                          const std::string& token) {
    const auto snapshot = surroundings.broker.snapshot();
    const auto farewells = farewell_topic(topic.scope);
    const auto durable_end = surroundings.broker.durable_end();
    const auto described = engine::describe_topic(*snapshot, farewells, durable_end);
    if (!described.has_value()) return std::nullopt;
    const auto history = engine::read_history(*snapshot, described->id, 0, all_of_them, durable_end);
    if (!history.has_value()) return std::nullopt;
    const auto found = std::ranges::find_if(history->publications, [&](const engine::StoredPublication& stored) {
        return stored.publication.subject == subject_of(farewells, token);
    });
    if (found == history->publications.end() || found->at + remembered_for < surroundings.broker.now())
        return std::nullopt;
    json::error_code fault;
    const auto about = json::parse(found->publication.data, fault);
    if (fault || !about.is_object() || text_at(about.get_object(), "topic") != topic.topic.name) return std::nullopt;
    return read_back(topic.topic, about.get_object(), token);
}

}  // namespace tern::aws::sns
