#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/topic_parts.hpp"
#include "tern/detail/operations.hpp"

/// Operations on topics as a whole, and on the subscriptions of queues.
namespace tern::detail {

namespace {

flatbuffers::Offset<wire::TopicSettings> encode(Builder& builder, const TopicSettings& settings) {
    wire::TopicSettingsBuilder to(builder);
    if (settings.fifo) to.add_fifo(*settings.fifo);
    if (settings.content_based_deduplication) {
        to.add_content_based_deduplication(*settings.content_based_deduplication);
    }
    if (settings.history) to.add_history(*settings.history);
    to.add_history_ms(duration(settings.history_age));
    to.add_history_publications(settings.history_publications.value_or(-1));
    to.add_history_bytes(settings.history_bytes.value_or(-1));
    if (settings.retained) to.add_retained(*settings.retained);
    to.add_publication_bytes_max(settings.publication_bytes_max.value_or(-1));
    if (settings.presence) to.add_presence(static_cast<wire::PresenceMode>(*settings.presence));
    return to.Finish();
}

std::optional<bool> flag_of(const flatbuffers::Optional<bool>& flag) {
    return flag.has_value() ? std::optional(*flag) : std::nullopt;
}

std::optional<std::int64_t> number_if_any(std::int64_t number) {
    return number == -1 ? std::nullopt : std::optional(number);
}

TopicSettings decode(const wire::TopicSettings& from) {
    TopicSettings settings;
    settings.fifo = flag_of(from.fifo());
    settings.content_based_deduplication = flag_of(from.content_based_deduplication());
    settings.history = flag_of(from.history());
    settings.history_age = duration_if_any(from.history_ms());
    settings.history_publications = number_if_any(from.history_publications());
    settings.history_bytes = number_if_any(from.history_bytes());
    settings.retained = flag_of(from.retained());
    settings.publication_bytes_max = number_if_any(from.publication_bytes_max());
    if (const auto presence = from.presence(); presence.has_value()) {
        settings.presence = static_cast<PresenceMode>(*presence);
    }
    return settings;
}

std::vector<Tag> tags_of(const flatbuffers::Vector<flatbuffers::Offset<wire::Tag>>* from) {
    std::vector<Tag> tags;
    if (!from) return tags;
    for (const auto* tag : *from) tags.push_back({text_of(tag->key()), text_of(tag->value())});
    return tags;
}

Outcome<CreatedTopic> read_created_topic(std::string_view reply) {
    const auto body = body_of<wire::TopicCreated>(reply);
    if (!body.has_value()) return body.error();
    return CreatedTopic{(*body)->created()};
}

Outcome<TopicPage> read_topic_page(std::string_view reply) {
    const auto body = body_of<wire::TopicList>(reply);
    if (!body.has_value()) return body.error();
    TopicPage page;
    page.next_page_token = text_of((*body)->page_token());
    if (!(*body)->topics()) return page;
    for (const auto* topic : *(*body)->topics()) {
        page.topics.push_back({text_of(topic->name()), topic->history(), topic->publications(), topic->subscriptions(),
                               topic->subscribers()});
    }
    return page;
}

Outcome<TopicDescription> read_topic(std::string_view reply) {
    const auto body = body_of<wire::TopicDescription>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    TopicDescription topic;
    topic.name = text_of(from.name());
    if (from.settings()) topic.settings = decode(*from.settings());
    topic.tags = tags_of(from.tags());
    topic.epoch = text_of(from.epoch());
    topic.start_offset = from.start_offset();
    topic.end_offset = from.end_offset();
    topic.bytes = from.bytes();
    topic.created_at = time_of(from.created_at());
    topic.modified_at = time_of(from.modified_at());
    topic.subscriptions = from.subscriptions();
    topic.subscribers = from.subscribers();
    return topic;
}

// ---- subscriptions of queues

Text text_if_given(Builder& builder, const std::optional<std::string>& given) {
    return given ? builder.CreateString(*given) : Text();
}

flatbuffers::Offset<wire::SubscriptionSettings> encode(Builder& builder, const SubscriptionSettings& settings) {
    const auto pattern = text_if_given(builder, settings.pattern);
    const auto filter_policy = text_if_given(builder, settings.filter_policy);
    const auto dead_letter_queue = text_if_given(builder, settings.dead_letter_queue);
    wire::SubscriptionSettingsBuilder to(builder);
    to.add_pattern(pattern);
    to.add_filter_policy(filter_policy);
    if (settings.filter_scope) to.add_filter_scope(static_cast<wire::FilterScope>(*settings.filter_scope));
    if (settings.raw) to.add_raw(*settings.raw);
    to.add_dead_letter_queue(dead_letter_queue);
    return to.Finish();
}

std::optional<std::string> text_if_any(const flatbuffers::String* text) {
    return text ? std::optional(text->str()) : std::nullopt;
}

SubscriptionSettings decode(const wire::SubscriptionSettings& from) {
    SubscriptionSettings settings;
    settings.pattern = text_if_any(from.pattern());
    settings.filter_policy = text_if_any(from.filter_policy());
    if (const auto scope = from.filter_scope(); scope.has_value()) {
        settings.filter_scope = static_cast<FilterScope>(*scope);
    }
    settings.raw = flag_of(from.raw());
    settings.dead_letter_queue = text_if_any(from.dead_letter_queue());
    return settings;
}

Outcome<SubscriptionAdded> read_added(std::string_view reply) {
    const auto body = body_of<wire::SubscriptionAdded>(reply);
    if (!body.has_value()) return body.error();
    return SubscriptionAdded{text_of((*body)->subscription()), (*body)->created()};
}

Outcome<SubscriptionPage> read_subscription_page(std::string_view reply) {
    const auto body = body_of<wire::SubscriptionList>(reply);
    if (!body.has_value()) return body.error();
    SubscriptionPage page;
    page.next_page_token = text_of((*body)->page_token());
    if (!(*body)->subscriptions()) return page;
    for (const auto* from : *(*body)->subscriptions()) {
        auto& subscription = page.subscriptions.emplace_back();
        subscription.subscription = text_of(from->subscription());
        subscription.kind = static_cast<SubscriptionKind>(from->kind());
        subscription.queue = text_of(from->queue());
        if (from->settings()) subscription.settings = decode(*from->settings());
        subscription.created_at = time_of(from->created_at());
        subscription.delivered = from->delivered();
        subscription.failed = from->failed();
        subscription.waiting = from->waiting();
    }
    return page;
}

Outcome<Presence> read_presence(std::string_view reply) {
    const auto body = body_of<wire::PresenceReport>(reply);
    if (!body.has_value()) return body.error();
    return Presence{members_of((*body)->members()), (*body)->count()};
}

}  // namespace

Operation<CreatedTopic> create_topic(Id id, const TopicName& topic, const TopicSettings& settings,
                                     const std::vector<Tag>& tags) {
    Builder builder(256);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto wanted = encode(builder, settings);
    std::vector<flatbuffers::Offset<wire::Tag>> offsets;
    for (const auto& tag : tags) {
        const auto key = builder.CreateString(tag.key);
        offsets.push_back(wire::CreateTag(builder, key, text(builder, tag.value)));
    }
    const auto vector = offsets.empty() ? 0 : builder.CreateVector(offsets);
    const auto body = wire::CreateCreateTopic(builder, namespace_name, name, wanted, vector);
    return {id, frame_of(builder, id, body), read_created_topic, true};
}

Operation<void> set_topic(Id id, const TopicName& topic, const TopicSettings& settings) {
    Builder builder(256);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto body = wire::CreateSetTopic(builder, namespace_name, name, encode(builder, settings));
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<void> delete_topic(Id id, const TopicName& topic) {
    return {id, encode_named<wire::DeleteTopic>(id, topic, wire::CreateDeleteTopic), read_done, true};
}

Operation<TopicPage> list_topics(Id id, const ListOptions& options) {
    return {id, encode_list<wire::ListTopics>(id, options, wire::CreateListTopics), read_topic_page, true};
}

Operation<TopicDescription> describe_topic(Id id, const TopicName& topic) {
    return {id, encode_named<wire::DescribeTopic>(id, topic, wire::CreateDescribeTopic), read_topic, true};
}

Operation<Presence> describe_presence(Id id, const TopicName& topic, std::uint32_t members_max) {
    Builder builder(256);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto body = wire::CreateDescribePresence(builder, namespace_name, name, members_max);
    return {id, frame_of(builder, id, body), read_presence, true};
}

Operation<SubscriptionAdded> add_subscription(Id id, const TopicName& topic, const std::string& queue,
                                              const SubscriptionSettings& settings) {
    Builder builder(512);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto queue_name = text(builder, queue);
    const auto wanted = encode(builder, settings);
    const auto body = wire::CreateAddSubscription(builder, namespace_name, name, queue_name, wanted);
    return {id, frame_of(builder, id, body), read_added, true};
}

Operation<void> set_subscription(Id id, const TopicName& topic, const std::string& subscription,
                                 const SubscriptionSettings& settings) {
    Builder builder(512);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto which = text(builder, subscription);
    const auto wanted = encode(builder, settings);
    const auto body = wire::CreateSetSubscription(builder, namespace_name, name, which, wanted);
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<void> remove_subscription(Id id, const TopicName& topic, const std::string& subscription) {
    Builder builder(256);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto which = text(builder, subscription);
    const auto body = wire::CreateRemoveSubscription(builder, namespace_name, name, which);
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<SubscriptionPage> list_subscriptions(Id id, const TopicName& topic, const PageOptions& options) {
    Builder builder(256);
    const auto namespace_name = text(builder, topic.namespace_name);
    const auto name = text(builder, topic.name);
    const auto token = text(builder, options.page_token);
    const auto body = wire::CreateListSubscriptions(builder, namespace_name, name, options.entries_max, token);
    return {id, frame_of(builder, id, body), read_subscription_page, true};
}

}  // namespace tern::detail
