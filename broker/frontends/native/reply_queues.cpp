#include <string_view>

#include "broker/frontends/native/reply_parts.hpp"

namespace tern::native {

namespace {

flatbuffers::Offset<wire::RedrivePolicy> redrive(Builder& builder, const engine::QueueSettings& settings) {
    if (!settings.redrive_policy) return 0;
    const auto queue = text_always(builder, settings.redrive_policy->dead_letter_queue);
    return wire::CreateRedrivePolicy(builder, queue, settings.redrive_policy->receive_count_max);
}

flatbuffers::Offset<wire::RedriveAllowPolicy> redrive_allow(Builder& builder, const engine::QueueSettings& settings) {
    if (!settings.redrive_allow_policy) return 0;
    const auto queues = builder.CreateVectorOfStrings(settings.redrive_allow_policy->source_queues);
    const auto permission = static_cast<wire::RedriveAllow>(settings.redrive_allow_policy->permission);
    return wire::CreateRedriveAllowPolicy(builder, permission, queues);
}

flatbuffers::Offset<wire::QueueSettings> settings_of(Builder& builder, const engine::QueueSettings& settings) {
    const auto redrive_policy = redrive(builder, settings);
    const auto redrive_allow_policy = redrive_allow(builder, settings);
    wire::QueueSettingsBuilder to(builder);
    to.add_delay_ms(settings.delay.count());
    to.add_message_bytes_max(settings.message_bytes_max);
    to.add_retention_ms(settings.retention.count());
    to.add_wait_ms(settings.wait.count());
    to.add_visibility_timeout_ms(settings.visibility_timeout.count());
    to.add_fifo(settings.fifo);
    if (settings.fifo) {
        to.add_content_based_deduplication(settings.content_based_deduplication);
        to.add_deduplication_scope(static_cast<wire::DeduplicationScope>(settings.deduplication_scope));
        to.add_throughput_limit(static_cast<wire::ThroughputLimit>(settings.throughput_limit));
    }
    to.add_redrive_policy(redrive_policy);
    to.add_redrive_allow_policy(redrive_allow_policy);
    return to.Finish();
}

flatbuffers::Offset<wire::QueueCounts> counts_of(Builder& builder, const engine::QueueDescription& queue) {
    const auto& counts = queue.counts;
    const auto oldest = counts.oldest_sent_at ? counts.oldest_sent_at->ms() : -1;
    return wire::CreateQueueCounts(builder, counts.visible, counts.in_flight, counts.delayed, oldest,
                                   queue.totals.damaged);
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::Tag>>> tags_of(
    Builder& builder, const std::vector<engine::QueueTag>& tags) {
    std::vector<flatbuffers::Offset<wire::Tag>> offsets;
    for (const auto& tag : tags) {
        const auto key = text_always(builder, tag.key);
        offsets.push_back(wire::CreateTag(builder, key, text_always(builder, tag.value)));
    }
    return builder.CreateVector(offsets);
}

using QueueOffsets = std::vector<flatbuffers::Offset<wire::QueueDescription>>;

Body queue_list(Builder& builder, const QueueOffsets& queues, const std::string& next_token) {
    const auto vector = builder.CreateVector(queues);
    const auto token = text_always(builder, next_token);
    return {wire::ReplyBody::QueueList, wire::CreateQueueList(builder, vector, token).Union()};
}

}  // namespace

Body body_of(Builder& builder, const engine::QueueDescription& queue, const std::vector<std::string>& sources) {
    const auto name = text_always(builder, queue.queue.name);
    const auto settings = settings_of(builder, queue.settings);
    const auto tags = tags_of(builder, queue.tags);
    const auto counts = counts_of(builder, queue);
    const auto source_names = builder.CreateVectorOfStrings(sources);
    wire::QueueDescriptionBuilder to(builder);
    to.add_name(name);
    to.add_settings(settings);
    to.add_tags(tags);
    to.add_counts(counts);
    to.add_created_at(queue.created_at.ms());
    to.add_modified_at(queue.modified_at.ms());
    to.add_sent_total(queue.totals.sent);
    to.add_received_total(queue.totals.received);
    to.add_deleted_total(queue.totals.deleted);
    to.add_dead_letter_sources(source_names);
    return {wire::ReplyBody::QueueDescription, to.Finish().Union()};
}

Body body_of(Builder& builder, const engine::QueuePage& page) {
    QueueOffsets queues;
    for (const auto& queue : page.queues) {
        const auto name = text_always(builder, queue.queue.name);
        const auto counts = counts_of(builder, queue);
        wire::QueueDescriptionBuilder to(builder);
        to.add_name(name);
        to.add_counts(counts);
        queues.push_back(to.Finish());
    }
    return queue_list(builder, queues, page.next_token);
}

Body body_of(Builder& builder, const engine::NamePage& page) {
    QueueOffsets queues;
    for (const auto& queue : page.names) {
        const auto name = text_always(builder, queue);
        wire::QueueDescriptionBuilder to(builder);
        to.add_name(name);
        queues.push_back(to.Finish());
    }
    return queue_list(builder, queues, page.next_token);
}

}  // namespace tern::native
