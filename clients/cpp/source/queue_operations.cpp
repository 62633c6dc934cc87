#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "tern/detail/operations.hpp"

/// Operations on queues as a whole.
namespace tern::detail {

namespace {

flatbuffers::Offset<wire::QueueSettings> encode(Builder& builder, const QueueSettings& settings) {
    flatbuffers::Offset<wire::RedrivePolicy> redrive;
    if (const auto& policy = settings.redrive_policy) {
        redrive = wire::CreateRedrivePolicy(builder, builder.CreateString(policy->dead_letter_queue),
                                            policy->receive_count_max);
    }
    flatbuffers::Offset<wire::RedriveAllowPolicy> allow;
    if (const auto& policy = settings.redrive_allow_policy) {
        const auto queues = builder.CreateVectorOfStrings(policy->source_queues);
        allow = wire::CreateRedriveAllowPolicy(builder, static_cast<wire::RedriveAllow>(policy->permission), queues);
    }
    wire::QueueSettingsBuilder to(builder);
    to.add_delay_ms(duration(settings.delay));
    to.add_message_bytes_max(settings.message_bytes_max.value_or(-1));
    to.add_retention_ms(duration(settings.retention));
    to.add_wait_ms(duration(settings.wait));
    to.add_visibility_timeout_ms(duration(settings.visibility_timeout));
    if (settings.fifo) to.add_fifo(*settings.fifo);
    if (settings.content_based_deduplication) to.add_content_based_deduplication(*settings.content_based_deduplication);
    if (settings.deduplication_scope) {
        to.add_deduplication_scope(static_cast<wire::DeduplicationScope>(*settings.deduplication_scope));
    }
    if (settings.throughput_limit) {
        to.add_throughput_limit(static_cast<wire::ThroughputLimit>(*settings.throughput_limit));
    }
    to.add_redrive_policy(redrive);
    to.add_redrive_allow_policy(allow);
    return to.Finish();
}

auto encode(Builder& builder, const std::vector<Tag>& tags) {
    std::vector<flatbuffers::Offset<wire::Tag>> offsets;
    for (const auto& tag : tags) {
        const auto key = builder.CreateString(tag.key);
        offsets.push_back(wire::CreateTag(builder, key, text(builder, tag.value)));
    }
    return builder.CreateVector(offsets);
}

Outcome<CreatedQueue> read_created_queue(std::string_view reply) {
    const auto body = body_of<wire::QueueCreated>(reply);
    if (!body.has_value()) return body.error();
    return CreatedQueue{(*body)->created()};
}

template <class To, class From>
std::optional<To> given(const flatbuffers::Optional<From>& value) {
    return value.has_value() ? std::optional(static_cast<To>(*value)) : std::nullopt;
}

QueueSettings decode(const wire::QueueSettings& from) {
    QueueSettings settings;
    settings.delay = duration_if_any(from.delay_ms());
    if (from.message_bytes_max() != -1) settings.message_bytes_max = from.message_bytes_max();
    settings.retention = duration_if_any(from.retention_ms());
    settings.wait = duration_if_any(from.wait_ms());
    settings.visibility_timeout = duration_if_any(from.visibility_timeout_ms());
    settings.fifo = given<bool>(from.fifo());
    settings.content_based_deduplication = given<bool>(from.content_based_deduplication());
    settings.deduplication_scope = given<DeduplicationScope>(from.deduplication_scope());
    settings.throughput_limit = given<ThroughputLimit>(from.throughput_limit());
    if (const auto* policy = from.redrive_policy()) {
        settings.redrive_policy = RedrivePolicy{text_of(policy->dead_letter_queue()), policy->receive_count_max()};
    }
    if (const auto* policy = from.redrive_allow_policy()) {
        settings.redrive_allow_policy =
            RedriveAllowPolicy{static_cast<RedriveAllow>(policy->permission()), texts_of(policy->source_queues())};
    }
    return settings;
}

QueueCounts decode(const wire::QueueCounts* from) {
    QueueCounts counts;
    if (!from) return counts;
    counts.visible = from->visible();
    counts.in_flight = from->in_flight();
    counts.delayed = from->delayed();
    counts.damaged = from->damaged();
    if (from->oldest_sent_at() != -1) counts.oldest_sent_at = time_of(from->oldest_sent_at());
    return counts;
}

Outcome<QueueDescription> read_queue(std::string_view reply) {
    const auto body = body_of<wire::QueueDescription>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    QueueDescription queue;
    queue.name = text_of(from.name());
    if (from.settings()) queue.settings = decode(*from.settings());
    if (from.tags()) {
        for (const auto* tag : *from.tags()) queue.tags.push_back({text_of(tag->key()), text_of(tag->value())});
    }
    queue.counts = decode(from.counts());
    queue.created_at = time_of(from.created_at());
    queue.modified_at = time_of(from.modified_at());
    queue.sent_total = from.sent_total();
    queue.received_total = from.received_total();
    queue.deleted_total = from.deleted_total();
    queue.dead_letter_sources = texts_of(from.dead_letter_sources());
    return queue;
}

Outcome<QueuePage> read_queue_page(std::string_view reply) {
    const auto body = body_of<wire::QueueList>(reply);
    if (!body.has_value()) return body.error();
    QueuePage page;
    page.next_page_token = text_of((*body)->page_token());
    if (!(*body)->queues()) return page;
    for (const auto* queue : *(*body)->queues())
        page.queues.push_back({text_of(queue->name()), decode(queue->counts())});
    return page;
}

Outcome<NamePage> read_names(std::string_view reply) {
    auto page = read_queue_page(reply);
    if (!page.has_value()) return page.error();
    NamePage names;
    names.next_page_token = page->next_page_token;
    for (auto& queue : page->queues) names.names.push_back(std::move(queue.name));
    return names;
}

}  // namespace

Operation<CreatedQueue> create_queue(Id id, const QueueName& queue, const QueueSettings& settings,
                                     const std::vector<Tag>& tags) {
    Builder builder(512);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto settings_offset = encode(builder, settings);
    const auto tags_offset = encode(builder, tags);
    const auto body = wire::CreateCreateQueue(builder, namespace_name, name, settings_offset, tags_offset);
    return {id, frame_of(builder, id, body), read_created_queue, true};
}

Operation<void> set_queue(Id id, const QueueName& queue, const QueueSettings& settings) {
    Builder builder(512);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto settings_offset = encode(builder, settings);
    const auto body = wire::CreateSetQueue(builder, namespace_name, name, settings_offset);
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<QueueDescription> describe_queue(Id id, const QueueName& queue) {
    return {id, encode_named<wire::DescribeQueue>(id, queue, wire::CreateDescribeQueue), read_queue, true};
}

Operation<QueuePage> list_queues(Id id, const ListOptions& options) {
    return {id, encode_list<wire::ListQueues>(id, options, wire::CreateListQueues), read_queue_page, true};
}

Operation<NamePage> list_dead_letter_sources(Id id, const QueueName& queue, const PageOptions& options) {
    Builder builder(256);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto token = text(builder, options.page_token);
    const auto body = wire::CreateListDeadLetterSources(builder, namespace_name, name, options.entries_max, token);
    return {id, frame_of(builder, id, body), read_names, true};
}

Operation<void> tag_queue(Id id, const QueueName& queue, const std::vector<Tag>& tags) {
    Builder builder(512);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto body = wire::CreateTagQueue(builder, namespace_name, name, encode(builder, tags));
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<void> untag_queue(Id id, const QueueName& queue, const std::vector<std::string>& keys) {
    Builder builder(512);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto keys_offset = builder.CreateVectorOfStrings(keys);
    const auto body = wire::CreateUntagQueue(builder, namespace_name, name, keys_offset);
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<void> purge_queue(Id id, const QueueName& queue) {
    return {id, encode_named<wire::PurgeQueue>(id, queue, wire::CreatePurgeQueue), read_done};
}

Operation<void> delete_queue(Id id, const QueueName& queue) {
    return {id, encode_named<wire::DeleteQueue>(id, queue, wire::CreateDeleteQueue), read_done};
}

}  // namespace tern::detail
