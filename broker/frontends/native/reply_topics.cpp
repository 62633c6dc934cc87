#include <span>
#include <vector>

#include "broker/frontends/native/reply_parts.hpp"

namespace tern::native {

namespace {

flatbuffers::Offset<wire::TopicSettings> settings_of(Builder& builder, const engine::TopicSettings& settings) {
    wire::TopicSettingsBuilder to(builder);
    to.add_fifo(settings.fifo);
    to.add_content_based_deduplication(settings.content_based_deduplication);
    to.add_history(settings.history);
    to.add_history_ms(settings.history_age.count());
    to.add_history_publications(static_cast<std::int64_t>(settings.history_publications));
    to.add_history_bytes(static_cast<std::int64_t>(settings.history_bytes));
    to.add_retained(settings.retained);
    to.add_publication_bytes_max(static_cast<std::int64_t>(settings.publication_bytes_max));
    to.add_presence(static_cast<wire::PresenceMode>(settings.presence));
    return to.Finish();
}

flatbuffers::Offset<wire::SubscriptionDescription> description_of(Builder& builder,
                                                                  const engine::SubscriptionDescription& from) {
    const auto pattern = text(builder, from.pattern);
    const auto policy = text(builder, from.filter_policy);
    const auto dead_letters = text(builder, from.dead_letter_queue);
    wire::SubscriptionSettingsBuilder settings(builder);
    settings.add_pattern(pattern);
    settings.add_filter_policy(policy);
    settings.add_filter_scope(static_cast<wire::FilterScope>(from.filter_scope));
    settings.add_raw(from.raw);
    settings.add_dead_letter_queue(dead_letters);
    const auto settings_offset = settings.Finish();
    const auto name = text_always(builder, from.subscription);
    // The queue of a durable one is the broker's own business.
    const bool shows_queue = from.kind == engine::SubscriptionKind::queue;
    const auto queue = shows_queue ? text(builder, from.queue.name) : TextOffset();
    wire::SubscriptionDescriptionBuilder to(builder);
    to.add_subscription(name);
    to.add_kind(static_cast<wire::SubscriptionKind>(from.kind));
    to.add_queue(queue);
    to.add_settings(settings_offset);
    to.add_created_at(from.created_at.ms());
    to.add_delivered(from.delivered);
    to.add_failed(from.failed);
    to.add_waiting(from.waiting);
    return to.Finish();
}

Offsets<wire::PresenceMember> members_of(Builder& builder, const std::vector<runtime::PresenceMember>& members) {
    Offsets<wire::PresenceMember> offsets;
    offsets.reserve(members.size());
    for (const auto& member : members) {
        const auto name = text_always(builder, member.member);
        const auto state = member.state.empty() ? 0 : binary(builder, member.state);
        offsets.push_back(wire::CreatePresenceMember(builder, name, state, member.connections, member.joined_at.ms()));
    }
    return offsets;
}

flatbuffers::Offset<wire::PushedPublication> pushed(Builder& builder, const PushedPublication& from) {
    const auto& publication = *from.publication;
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>> attributes;
    if (!publication.attributes.empty()) {
        Offsets<wire::MessageAttribute> offsets;
        offsets.reserve(publication.attributes.size());
        for (const auto& attribute : publication.attributes) {
            const auto name = text_always(builder, attribute.name);
            const auto type = text_always(builder, attribute.type);
            offsets.push_back(wire::CreateMessageAttribute(builder, name, type, binary(builder, attribute.value)));
        }
        attributes = builder.CreateVector(offsets);
    }
    const auto subject = text_always(builder, publication.subject);
    const auto data = binary(builder, publication.data);
    const auto handle = text(builder, from.handle);
    const wire::Uuid id(from.id.high, from.id.low);
    wire::PushedPublicationBuilder to(builder);
    to.add_subject(subject);
    if (from.offset) to.add_offset(static_cast<std::int64_t>(*from.offset));
    to.add_published_at(from.published_at.ms());
    to.add_data(data);
    to.add_attributes(attributes);
    to.add_retained(from.retained);
    to.add_handle(handle);
    to.add_delivery(from.delivery);
    to.add_id(&id);
    return to.Finish();
}

Offsets<wire::PushedPublication> pushed(Builder& builder, std::span<const PushedPublication> publications) {
    Offsets<wire::PushedPublication> offsets;
    offsets.reserve(publications.size());
    for (const auto& publication : publications) offsets.push_back(pushed(builder, publication));
    return offsets;
}

flatbuffers::Offset<wire::PublishResult> result_of(Builder& builder, const engine::PublishResult& result) {
    const auto message = sentence(builder, result.status, result.detail);
    const wire::Uuid id(result.id.high, result.id.low);
    wire::PublishResultBuilder to(builder);
    to.add_status(static_cast<std::uint16_t>(result.status));
    to.add_message(message);
    if (result.status == Errc::ok) to.add_id(&id);
    if (result.offset) to.add_offset(static_cast<std::int64_t>(*result.offset));
    to.add_sequence(result.sequence);
    to.add_duplicate(result.duplicate);
    return to.Finish();
}

}  // namespace

Body body_of(Builder& builder, const engine::PublishResults& answer) {
    Offsets<wire::PublishResult> results;
    results.reserve(answer.results.size());
    for (const auto& result : answer.results) results.push_back(result_of(builder, result));
    const auto vector = builder.CreateVector(results);
    const auto epoch = text(builder, answer.epoch);
    return {wire::ReplyBody::PublishResults, wire::CreatePublishResults(builder, vector, epoch).Union()};
}

Body body_of(Builder& builder, const engine::SubscriptionAdded& answer) {
    const auto name = text_always(builder, answer.subscription);
    return {wire::ReplyBody::SubscriptionAdded, wire::CreateSubscriptionAdded(builder, name, answer.created).Union()};
}

Body body_of(Builder& builder, const TopicReport& report) {
    const auto& topic = report.topic;
    const auto name = text_always(builder, topic.topic.name);
    const auto settings = settings_of(builder, topic.settings);
    Offsets<wire::Tag> tags;
    for (const auto& tag : topic.tags) {
        const auto key = text_always(builder, tag.key);
        tags.push_back(wire::CreateTag(builder, key, text_always(builder, tag.value)));
    }
    const auto tags_vector = builder.CreateVector(tags);
    const auto epoch = text(builder, topic.epoch);
    wire::TopicDescriptionBuilder to(builder);
    to.add_name(name);
    to.add_settings(settings);
    to.add_tags(tags_vector);
    to.add_epoch(epoch);
    to.add_start_offset(topic.start_offset);
    to.add_end_offset(topic.end_offset);
    to.add_bytes(topic.bytes);
    to.add_created_at(topic.created_at.ms());
    to.add_modified_at(topic.modified_at.ms());
    to.add_subscriptions(static_cast<std::uint32_t>(topic.subscriptions));
    to.add_subscribers(static_cast<std::uint32_t>(report.subscribers));
    return {wire::ReplyBody::TopicDescription, to.Finish().Union()};
}

Body body_of(Builder& builder, const TopicListing& listing) {
    Offsets<wire::TopicSummary> topics;
    for (std::size_t i = 0; i < listing.page.topics.size(); ++i) {
        const auto& topic = listing.page.topics[i];
        const auto name = text_always(builder, topic.name);
        topics.push_back(wire::CreateTopicSummary(builder, name, topic.history, topic.publications,
                                                  static_cast<std::uint32_t>(topic.subscriptions),
                                                  static_cast<std::uint32_t>(listing.subscribers[i])));
    }
    const auto vector = builder.CreateVector(topics);
    const auto token = text_always(builder, listing.page.next_token);
    return {wire::ReplyBody::TopicList, wire::CreateTopicList(builder, vector, token).Union()};
}

Body body_of(Builder& builder, const engine::SubscriptionPage& page) {
    Offsets<wire::SubscriptionDescription> subscriptions;
    for (const auto& subscription : page.subscriptions) {
        subscriptions.push_back(description_of(builder, subscription));
    }
    const auto vector = builder.CreateVector(subscriptions);
    const auto token = text_always(builder, page.next_token);
    return {wire::ReplyBody::SubscriptionList, wire::CreateSubscriptionList(builder, vector, token).Union()};
}

Body body_of(Builder& builder, const PresenceReport& report) {
    const auto members = builder.CreateVector(members_of(builder, report.members));
    return {wire::ReplyBody::PresenceReport,
            wire::CreatePresenceReport(builder, members, static_cast<std::uint32_t>(report.count)).Union()};
}

Body body_of(Builder& builder, const History& history) {
    const auto publications = builder.CreateVector(pushed(builder, history.publications));
    const auto epoch = text(builder, history.epoch);
    const auto body = wire::CreateHistory(builder, publications, epoch, history.start_offset, history.end_offset,
                                          history.next_offset, history.more);
    return {wire::ReplyBody::History, body.Union()};
}

Body body_of(Builder& builder, const Subscribed& subscribed) {
    const auto topic = text_always(builder, subscribed.topic);
    const auto epoch = text(builder, subscribed.epoch);
    flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::PresenceMember>>> members;
    if (subscribed.members) members = builder.CreateVector(members_of(builder, *subscribed.members));
    const auto body = wire::CreateSubscribed(builder, topic, epoch, subscribed.offset, subscribed.recovered, members);
    return {wire::ReplyBody::Subscribed, body.Union()};
}

Body body_of(Builder& builder, std::span<const PushedPublication> publications) {
    const auto vector = builder.CreateVector(pushed(builder, publications));
    return {wire::ReplyBody::Publications, wire::CreatePublications(builder, vector).Union()};
}

Body body_of(Builder& builder, const PublicationGap& gap) {
    const auto epoch = text(builder, gap.epoch);
    const auto body = wire::CreatePublicationGap(builder, gap.from_offset, gap.to_offset, gap.dropped, epoch);
    return {wire::ReplyBody::PublicationGap, body.Union()};
}

Body body_of(Builder& builder, const runtime::PresenceChange& change) {
    const auto joined = builder.CreateVector(members_of(builder, change.joined));
    const auto left = builder.CreateVectorOfStrings(change.left);
    const auto updated = builder.CreateVector(members_of(builder, change.updated));
    return {wire::ReplyBody::PresenceChange, wire::CreatePresenceChange(builder, joined, left, updated).Union()};
}

Body body_of(Builder& builder, const SubscriptionEnded& ended) {
    const auto message = text(builder, message_of(ended.status, ended.detail));
    const auto status = static_cast<std::uint16_t>(ended.status);
    return {wire::ReplyBody::SubscriptionEnded, wire::CreateSubscriptionEnded(builder, status, message).Union()};
}

}  // namespace tern::native
