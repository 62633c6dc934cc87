#include "broker/engine/queue_row.hpp"

#include "broker/engine/fields.hpp"

namespace tern::engine {
namespace {

void write(FieldWriter& to, Milliseconds value) {
    to(value.count());
}
void write(FieldWriter& to, Timestamp value) {
    to(value.ms());
}

void read(FieldReader& from, Milliseconds& value) {
    auto ms = value.count();
    from(ms);
    value = Milliseconds(ms);
}

void read(FieldReader& from, Timestamp& value) {
    auto ms = value.ms();
    from(ms);
    value = Timestamp(ms);
}

void write(FieldWriter& to, const QueueSettings& settings) {
    write(to, settings.delay);
    to(settings.message_bytes_max);
    write(to, settings.retention);
    write(to, settings.wait);
    write(to, settings.visibility_timeout);
    to(settings.fifo)(settings.content_based_deduplication)(settings.deduplication_scope)(settings.throughput_limit);
    const auto redrive = settings.redrive_policy.value_or(RedrivePolicy{});
    to(redrive.dead_letter_queue)(redrive.receive_count_max);
    to(settings.redrive_allow_policy.has_value());
    const auto allow = settings.redrive_allow_policy.value_or(RedriveAllowPolicy{});
    to(allow.permission)(static_cast<std::uint32_t>(allow.source_queues.size()));
    for (const auto& source : allow.source_queues) to(source);
    to(settings.policy)(settings.kms_master_key_id)(settings.kms_data_key_reuse_seconds);
    to(settings.sqs_managed_encryption);
}

void read(FieldReader& from, QueueSettings& settings) {
    read(from, settings.delay);
    from(settings.message_bytes_max);
    read(from, settings.retention);
    read(from, settings.wait);
    read(from, settings.visibility_timeout);
    from(settings.fifo)(settings.content_based_deduplication)(settings.deduplication_scope)(settings.throughput_limit);
    RedrivePolicy redrive;
    from(redrive.dead_letter_queue)(redrive.receive_count_max);
    if (!redrive.dead_letter_queue.empty()) settings.redrive_policy = redrive;
    bool has_allow = false;
    from(has_allow);
    RedriveAllowPolicy allow;
    std::uint32_t sources = 0;
    from(allow.permission)(sources);
    while (sources-- > 0 && !from.at_end()) from(allow.source_queues.emplace_back());
    if (has_allow) settings.redrive_allow_policy = std::move(allow);
    from(settings.policy)(settings.kms_master_key_id)(settings.kms_data_key_reuse_seconds);
    from(settings.sqs_managed_encryption);
}

}  // namespace

Bytes encode(const QueueRow& row) {
    FieldWriter to;
    to(row.queue.namespace_name)(row.queue.name);
    write(to, row.created_at);
    write(to, row.modified_at);
    to(static_cast<std::uint32_t>(row.tags.size()));
    for (const auto& tag : row.tags) to(tag.key)(tag.value);
    write(to, row.settings);
    to(row.deduplicates_in);
    return to.take();
}

std::optional<QueueRow> decode_queue_row(BytesView bytes) {
    FieldReader from(bytes);
    QueueRow row;
    from(row.queue.namespace_name)(row.queue.name);
    read(from, row.created_at);
    read(from, row.modified_at);
    std::uint32_t tags = 0;
    from(tags);
    while (tags-- > 0 && !from.at_end()) {
        auto& tag = row.tags.emplace_back();
        from(tag.key)(tag.value);
    }
    read(from, row.settings);
    // Rows that were written before queues kept it end here; their scope could change.
    row.deduplicates_in = row.settings.deduplication_scope;
    if (!from.at_end()) from(row.deduplicates_in);
    if (!from.sound() || row.queue.name.empty()) return std::nullopt;
    return row;
}

}  // namespace tern::engine
