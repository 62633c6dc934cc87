#include "broker/engine/topic_rows.hpp"

#include <algorithm>

#include "broker/engine/fields.hpp"

namespace tern::engine {
namespace {

struct [[gnu::packed]] SubscriptionCountersLayout {
    std::uint64_t delivered;
    std::uint64_t failed;
};

void read_moment(FieldReader& from, Timestamp& value) {
    auto ms = value.ms();
    from(ms);
    value = Timestamp(ms);
}

}  // namespace

Bytes encode(const TopicRow& row) {
    FieldWriter to;
    to(row.topic.namespace_name)(row.topic.name)(row.created_at.ms())(row.modified_at.ms());
    to(row.epoch)(row.stream)(row.storage)(row.next_subscription)(row.subscriptions);
    const auto& settings = row.settings;
    to(settings.fifo)(settings.content_based_deduplication)(settings.history)(settings.history_age.count());
    to(settings.history_publications)(settings.history_bytes)(settings.retained)(settings.publication_bytes_max);
    to(settings.presence);
    to(static_cast<std::uint32_t>(row.tags.size()));
    for (const auto& tag : row.tags) to(tag.key)(tag.value);
    return to.take();
}

std::optional<TopicRow> decode_topic_row(BytesView bytes) {
    FieldReader from(bytes);
    TopicRow row;
    from(row.topic.namespace_name)(row.topic.name);
    read_moment(from, row.created_at);
    read_moment(from, row.modified_at);
    from(row.epoch)(row.stream)(row.storage)(row.next_subscription)(row.subscriptions);
    auto& settings = row.settings;
    auto history_ms = settings.history_age.count();
    from(settings.fifo)(settings.content_based_deduplication)(settings.history)(history_ms);
    settings.history_age = Milliseconds(history_ms);
    from(settings.history_publications)(settings.history_bytes)(settings.retained)(settings.publication_bytes_max);
    from(settings.presence);
    std::uint32_t tags = 0;
    from(tags);
    while (tags-- > 0 && !from.at_end()) {
        auto& tag = row.tags.emplace_back();
        from(tag.key)(tag.value);
    }
    if (!from.sound() || row.topic.name.empty() || row.storage == 0) return std::nullopt;
    return row;
}

Bytes encode(const SubscriptionRow& row) {
    FieldWriter to;
    to(row.name)(row.kind)(row.queue)(row.pattern)(row.filter_policy)(row.filter_scope)(row.raw)(row.dead_letter_queue);
    to(row.created_at.ms());
    return to.take();
}

std::optional<SubscriptionRow> decode_subscription_row(BytesView bytes) {
    FieldReader from(bytes);
    SubscriptionRow row;
    from(row.name)(row.kind)(row.queue)(row.pattern)(row.filter_policy)(row.filter_scope)(row.raw)(
        row.dead_letter_queue);
    read_moment(from, row.created_at);
    if (!from.sound() || row.name.empty()) return std::nullopt;
    return row;
}

RowBytes<16> encode(const SubscriptionCounters& counters) {
    return RowBytes<16>(SubscriptionCountersLayout{counters.delivered, counters.failed});
}

SubscriptionCounters decode_subscription_counters(BytesView bytes) {
    SubscriptionCountersLayout layout{};
    std::memcpy(&layout, bytes.data(), std::min(bytes.size(), sizeof layout));
    return {layout.delivered, layout.failed};
}

}  // namespace tern::engine
