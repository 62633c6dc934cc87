#include "tools/tern/topic_json.hpp"

#include <boost/json/array.hpp>
#include <utility>

#include "tools/tern/text/base64.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

std::string moment_of(TimePoint at) {
    return utc_time(at.time_since_epoch().count());
}

/// Bytes under a name; what they are not as text, `encoding_name` tells.
void add_text(json::object& to, std::string_view name, std::string_view encoding_name, const std::string& bytes,
              bool is_binary = false) {
    if (!is_binary && is_valid_utf8(bytes)) {
        to[name] = bytes;
        return;
    }
    to[name] = to_base64(bytes);
    to[encoding_name] = "base64";
}

json::object attributes_object(const std::vector<MessageAttribute>& attributes) {
    json::object object;
    for (const auto& [name, type, value] : attributes) {
        json::object attribute{{"type", type}};
        add_text(attribute, "value", "encoding", value, type.starts_with("Binary"));
        object[name] = std::move(attribute);
    }
    return object;
}

json::array members_array(const std::vector<PresenceMember>& members) {
    json::array array;
    for (const auto& member : members) array.push_back(json_of(member));
    return array;
}

json::object pushed_json(const Publication& publication) {
    return json_of(publication);
}

json::object pushed_json(const PublicationGap& gap) {
    return {{"gap",
             {{"from_offset", gap.from_offset},
              {"to_offset", gap.to_offset},
              {"dropped", gap.dropped},
              {"epoch", gap.epoch},
              {"new_epoch", gap.new_epoch}}}};
}

json::object pushed_json(const PresenceChange& change) {
    return {{"presence",
             {{"joined", members_array(change.joined)},
              {"left", json::array(change.left.begin(), change.left.end())},
              {"updated", members_array(change.updated)},
              {"complete", change.complete}}}};
}

}  // namespace

std::uint64_t publications_of(const TopicDescription& topic) {
    return topic.end_offset > topic.start_offset ? topic.end_offset - topic.start_offset : 0;
}

std::string_view text_of(SubscriptionKind kind) {
    switch (kind) {
        case SubscriptionKind::queue: return "queue";
        case SubscriptionKind::durable: return "durable";
        case SubscriptionKind::endpoint: break;
    }
    return "endpoint";
}

std::string_view text_of(FilterScope scope) {
    return scope == FilterScope::body ? "body" : "attributes";
}

json::object json_of(const TopicSummary& topic) {
    return {{"name", topic.name},
            {"history", topic.history},
            {"publications", topic.publications},
            {"subscriptions", topic.subscriptions},
            {"subscribers", topic.subscribers}};
}

json::object json_of(const TopicSettings& settings) {
    return {{"fifo", settings.fifo.value_or(false)},
            {"content_based_deduplication", settings.content_based_deduplication.value_or(false)},
            {"history", settings.history.value_or(false)},
            {"history_age_ms", settings.history_age.value_or(milliseconds(0)).count()},
            {"history_publications", settings.history_publications.value_or(0)},
            {"history_bytes", settings.history_bytes.value_or(0)},
            {"retained", settings.retained.value_or(false)},
            {"publication_bytes_max", settings.publication_bytes_max.value_or(0)},
            {"presence", settings.presence.value_or(PresenceMode::nobody) == PresenceMode::subscribers}};
}

json::object json_of(const TopicDescription& topic) {
    json::object tags;
    for (const auto& tag : topic.tags) tags[tag.key] = tag.value;
    return {{"name", topic.name},
            {"epoch", topic.epoch},
            {"start_offset", topic.start_offset},
            {"end_offset", topic.end_offset},
            {"publications", publications_of(topic)},
            {"bytes", topic.bytes},
            {"subscriptions", topic.subscriptions},
            {"subscribers", topic.subscribers},
            {"settings", json_of(topic.settings)},
            {"tags", std::move(tags)},
            {"created_at", moment_of(topic.created_at)},
            {"modified_at", moment_of(topic.modified_at)}};
}

json::object json_of(const SubscriptionDescription& subscription) {
    const auto& settings = subscription.settings;
    json::object object{{"subscription", subscription.subscription}, {"kind", text_of(subscription.kind)}};
    if (!subscription.queue.empty()) object["queue"] = subscription.queue;
    object["pattern"] = settings.pattern.value_or("");
    object["filter_policy"] = settings.filter_policy.value_or("");
    object["filter_scope"] = text_of(settings.filter_scope.value_or(FilterScope::attributes));
    object["raw"] = settings.raw.value_or(false);
    object["dead_letter_queue"] = settings.dead_letter_queue.value_or("");
    object["delivered"] = subscription.delivered;
    object["failed"] = subscription.failed;
    object["waiting"] = subscription.waiting;
    object["created_at"] = moment_of(subscription.created_at);
    return object;
}

json::object json_of(const PresenceMember& member) {
    json::object object{{"member", member.member}};
    add_text(object, "state", "encoding", member.state);
    object["connections"] = member.connections;
    object["joined_at"] = moment_of(member.joined_at);
    return object;
}

json::object json_of(const Presence& presence) {
    return {{"count", presence.count}, {"members", members_array(presence.members)}};
}

json::object json_of(const Publication& publication) {
    json::object object{{"subject", publication.subject}};
    if (publication.offset) object["offset"] = *publication.offset;
    object["published_at"] = moment_of(publication.published_at);
    object["id"] = to_string(publication.id);
    add_text(object, "data", "encoding", publication.data);
    if (!publication.attributes.empty()) object["attributes"] = attributes_object(publication.attributes);
    if (publication.retained) object["retained"] = true;
    if (!publication.handle.empty()) {
        object["handle"] = publication.handle;
        object["delivery"] = publication.delivery;
    }
    return object;
}

json::object json_of(const Push& push) {
    return std::visit([](const auto& what) { return pushed_json(what); }, push);
}

}  // namespace tern::cli
