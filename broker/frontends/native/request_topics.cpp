#include <string>
#include <utility>

#include "broker/frontends/native/request_demands.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

/// -1 stands for "not given".
std::optional<std::int64_t> number_given(std::int64_t value) {
    return value == -1 ? std::nullopt : std::optional(value);
}

std::optional<bool> flag_given(const flatbuffers::Optional<bool>& value) {
    return value.has_value() ? std::optional(*value) : std::nullopt;
}

MaybeRefusal read_settings(const wire::TopicSettings* settings, engine::TopicSettingsChange& to) {
    if (!settings) return std::nullopt;
    to.fifo = flag_given(settings->fifo());
    to.content_based_deduplication = flag_given(settings->content_based_deduplication());
    to.history = flag_given(settings->history());
    to.history_age = duration(settings->history_ms());
    to.history_publications = number_given(settings->history_publications());
    to.history_bytes = number_given(settings->history_bytes());
    to.retained = flag_given(settings->retained());
    to.publication_bytes_max = number_given(settings->publication_bytes_max());
    const auto presence = settings->presence();
    return presence.has_value() ? read_enum(*presence, "presence", to.presence.emplace()) : std::nullopt;
}

/// A text that is refused when it is longer than it may be, before it is copied.
MaybeRefusal read_text(std::string_view from, const NameField& field, std::string& to) {
    if (from.size() > field.bytes_max) {
        return Refusal{field.too_long,
                       std::string(field.field) + ": up to " + std::to_string(field.bytes_max) + " bytes"};
    }
    to = from;
    return std::nullopt;
}

constexpr NameField pattern_field{"pattern", protocol::subject_bytes_max, Errc::pattern_invalid};
constexpr NameField filter_field{"filter_policy", protocol::filter_policy_bytes_max, Errc::filter_policy_invalid};
constexpr NameField dead_letter_field{"dead_letter_queue", protocol::queue_name_bytes_max,
                                      Errc::subscription_setting_invalid};

MaybeRefusal read_pattern(const flatbuffers::String* from, std::string& to) {
    if (view_of(from).empty()) return missing("pattern");
    return read_text(view_of(from), pattern_field, to);
}

MaybeRefusal read_settings(const wire::SubscriptionSettings* settings, engine::SubscriptionSettingsChange& to) {
    if (!settings) return std::nullopt;
    const auto read_if_given = [](const flatbuffers::String* from, const NameField& field,
                                  std::optional<std::string>& given) {
        return from ? read_text(view_of(from), field, given.emplace()) : std::nullopt;
    };
    if (auto refusal = read_if_given(settings->pattern(), pattern_field, to.pattern)) return refusal;
    if (auto refusal = read_if_given(settings->filter_policy(), filter_field, to.filter_policy)) return refusal;
    if (auto refusal = read_if_given(settings->dead_letter_queue(), dead_letter_field, to.dead_letter_queue)) {
        return refusal;
    }
    to.raw = flag_given(settings->raw());
    const auto scope = settings->filter_scope();
    return scope.has_value() ? read_enum(*scope, "filter_scope", to.filter_scope.emplace()) : std::nullopt;
}

/// A subscription's id, or its name, is far shorter than what is refused here.
MaybeRefusal read_subscription(const flatbuffers::String* from, std::string& to) {
    if (view_of(from).empty()) return missing("subscription");
    if (view_of(from).size() > id_bytes_max) return Refusal{Errc::subscription_does_not_exist, "subscription"};
    to = view_of(from);
    return std::nullopt;
}

MaybeRefusal read_start(wire::SubscribeFrom from, const flatbuffers::String* epoch, StartPosition& to) {
    if (auto refusal = read_enum(from, "from", to.from)) return refusal;
    if (view_of(epoch).size() > id_bytes_max) return Refusal{Errc::epoch_differs, "epoch"};
    to.epoch = view_of(epoch);
    return std::nullopt;
}

MaybeRefusal read_durable(const wire::Subscribe& body, DurableOptions& to) {
    const NameField name{"durable", protocol::durable_name_bytes_max, Errc::durable_name_invalid};
    if (auto refusal = read_text(view_of(body.durable()), name, to.name)) return refusal;
    if (auto refusal = read_text(view_of(body.dead_letter_queue()), dead_letter_field, to.dead_letter_queue)) {
        return refusal;
    }
    to.in_flight_max = body.in_flight_max();
    to.ack_wait = duration(body.ack_wait_ms());
    to.deliveries_max = body.deliveries_max();
    return std::nullopt;
}

MaybeRefusal read_state(const flatbuffers::Vector<std::uint8_t>* from, std::string& to) {
    const NameField state{"member_state", protocol::member_state_bytes_max, Errc::member_invalid};
    return read_text(view_of(from), state, to);
}

MaybeRefusal read_presence(const wire::Subscribe& body, PresenceWish& to) {
    const NameField member{"member", protocol::member_name_bytes_max, Errc::member_invalid};
    if (auto refusal = read_text(view_of(body.member()), member, to.member)) return refusal;
    to.wanted = body.presence();
    return read_state(body.member_state(), to.state);
}

using Handles = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

MaybeRefusal read_handles(const Handles* handles, std::vector<std::string_view>& to) {
    if (auto refusal = check_batch(handles, "handles")) return refusal;
    to.reserve(handles->size());
    for (const auto* handle : *handles) to.push_back(view_of(handle));
    return std::nullopt;
}

}  // namespace

// ---- topics

Demand demand_of(const wire::CreateTopic& body) {
    engine::CreateTopic command;
    if (auto refusal = read_topic(body.namespace_name(), body.name(), "name", command.topic)) return *refusal;
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    if (auto refusal = read_tags(body.tags(), command.tags)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::SetTopic& body) {
    engine::SetTopic command;
    if (auto refusal = read_topic(body.namespace_name(), body.name(), "name", command.topic)) return *refusal;
    if (!body.settings()) return missing("settings");
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::DeleteTopic& body) {
    engine::DeleteTopic command;
    if (auto refusal = read_topic(body.namespace_name(), body.name(), "name", command.topic)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::ListTopics& body) {
    ListTopics query;
    const auto refusal = read_list(body, protocol::topic_name_bytes_max, Errc::topic_name_invalid, query);
    return refusal ? Demand(*refusal) : Demand(Query(std::move(query)));
}

Demand demand_of(const wire::DescribeTopic& body) {
    DescribeTopic query;
    if (auto refusal = read_topic(body.namespace_name(), body.name(), "name", query.topic)) return *refusal;
    return Query(std::move(query));
}

Demand demand_of(const wire::DescribePresence& body) {
    DescribePresence query;
    if (auto refusal = read_topic(body.namespace_name(), body.topic(), "topic", query.topic)) return *refusal;
    query.members_max = body.members_max();
    return Query(std::move(query));
}

Demand demand_of(const wire::ReadHistory& body) {
    ReadHistory query;
    if (auto refusal = read_namespace(body.namespace_name(), query.namespace_name)) return *refusal;
    if (auto refusal = read_pattern(body.pattern(), query.pattern)) return *refusal;
    if (auto refusal = read_start(body.from(), body.epoch(), query.start)) return *refusal;
    query.start.last = body.last();
    query.start.offset = body.offset();
    query.start.time = Timestamp(body.time());
    query.publications_max = body.publications_max();
    query.reverse = body.reverse();
    return Query(std::move(query));
}

// ---- subscriptions of queues

Demand demand_of(const wire::AddSubscription& body) {
    engine::AddSubscription command;
    engine::QueueName queue;
    if (auto refusal = read_topic(body.namespace_name(), body.topic(), "topic", command.topic)) return *refusal;
    if (auto refusal = read_queue(body.namespace_name(), body.queue(), "queue", queue)) return *refusal;
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    command.queue = std::move(queue.name);
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::SetSubscription& body) {
    engine::SetSubscription command;
    if (auto refusal = read_topic(body.namespace_name(), body.topic(), "topic", command.topic)) return *refusal;
    if (auto refusal = read_subscription(body.subscription(), command.subscription)) return *refusal;
    if (!body.settings()) return missing("settings");
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::RemoveSubscription& body) {
    engine::RemoveSubscription command;
    if (auto refusal = read_topic(body.namespace_name(), body.topic(), "topic", command.topic)) return *refusal;
    if (auto refusal = read_subscription(body.subscription(), command.subscription)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::ListSubscriptions& body) {
    ListSubscriptions query;
    if (auto refusal = read_topic(body.namespace_name(), body.topic(), "topic", query.topic)) return *refusal;
    if (auto refusal = read_page(body.entries_max(), body.page_token(), query.page)) return *refusal;
    return Query(std::move(query));
}

// ---- subscribers

Demand demand_of(const wire::Subscribe& body) {
    Subscribe demand;
    if (auto refusal = read_namespace(body.namespace_name(), demand.namespace_name)) return *refusal;
    if (auto refusal = read_pattern(body.pattern(), demand.pattern)) return *refusal;
    if (auto refusal = read_start(body.from(), body.epoch(), demand.start)) return *refusal;
    demand.start.last = body.last();
    demand.start.offset = body.offset();
    demand.start.time = Timestamp(body.time());
    if (auto refusal = read_text(view_of(body.filter_policy()), filter_field, demand.filter_policy)) return *refusal;
    if (auto refusal = read_enum(body.filter_scope(), "filter_scope", demand.filter_scope)) return *refusal;
    if (const auto policy = body.slow_policy(); policy.has_value()) {
        if (auto refusal = read_enum(*policy, "slow_policy", demand.slow_policy.emplace())) return *refusal;
    }
    if (auto refusal = read_durable(body, demand.durable)) return *refusal;
    if (auto refusal = read_presence(body, demand.presence)) return *refusal;
    return demand;
}

Demand demand_of(const wire::Acknowledge& body) {
    Acknowledge demand{body.subscription(), {}};
    if (auto refusal = read_handles(body.handles(), demand.handles)) return *refusal;
    return demand;
}

Demand demand_of(const wire::Reject& body) {
    Reject demand{body.subscription(), {}, Milliseconds(body.delay_ms())};
    if (auto refusal = read_handles(body.handles(), demand.handles)) return *refusal;
    return demand;
}

Demand demand_of(const wire::SetPresence& body) {
    SetPresence demand{body.subscription(), {}};
    if (auto refusal = read_state(body.member_state(), demand.state)) return *refusal;
    return demand;
}

}  // namespace tern::native
