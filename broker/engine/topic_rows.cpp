#include "broker/engine/topic_rows.hpp"

#include <algorithm>

#include "broker/engine/fields.hpp"
#include "broker/engine/hidden_names.hpp"

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
    write(to, row.annotations);
    to(row.unconfirmed)(row.enveloped);
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
    read(from, row.annotations);
    row.enveloped = row.subscriptions;
    from(row.unconfirmed)(row.enveloped);
    if (!from.sound() || row.topic.name.empty() || row.storage == 0) return std::nullopt;
    return row;
}

void TopicRow::count(const SubscriptionRow& subscription, int change) {
    const auto note = [change](std::uint32_t& counter) {
        if (change > 0 || counter > 0) counter += static_cast<std::uint32_t>(change);
    };
    note(subscriptions);
    if (!subscription.confirmed) note(unconfirmed);
    const bool as_it_is = subscription.kind == SubscriptionKind::queue && subscription.raw;
    if (subscription.kind != SubscriptionKind::durable && !as_it_is) note(enveloped);
}

Bytes encode(const SubscriptionRow& row) {
    FieldWriter to;
    to(row.name)(row.kind)(row.queue)(row.pattern)(row.filter_policy)(row.filter_scope)(row.raw)(row.dead_letter_queue);
    to(row.created_at.ms());
    to(row.queue_namespace.has_value())(row.queue_namespace.value_or(std::string()));
    to(row.protocol)(row.endpoint)(row.confirmed)(row.token);
    write(to, row.annotations);
    return to.take();
}

std::optional<SubscriptionRow> decode_subscription_row(BytesView bytes) {
    FieldReader from(bytes);
    SubscriptionRow row;
    from(row.name)(row.kind)(row.queue)(row.pattern)(row.filter_policy)(row.filter_scope)(row.raw)(
        row.dead_letter_queue);
    read_moment(from, row.created_at);
    bool elsewhere = false;
    std::string queue_namespace;
    from(elsewhere)(queue_namespace);
    if (elsewhere) row.queue_namespace = std::move(queue_namespace);
    from(row.protocol)(row.endpoint)(row.confirmed)(row.token);
    read(from, row.annotations);
    if (!from.sound() || row.name.empty()) return std::nullopt;
    return row;
}

std::string SubscriptionRow::target() const {
    if (kind == SubscriptionKind::endpoint) return protocol + " " + endpoint;
    if (kind == SubscriptionKind::durable) return {};
    // A name of a queue has no space; a namespace neither.
    return queue_namespace ? queue + " in " + *queue_namespace : queue;
}

QueueName hidden_queue(const TopicName& topic, std::uint32_t topic_id, const SubscriptionRow& row) {
    return row.kind == SubscriptionKind::endpoint ? hidden_names::endpoint_queue(topic, topic_id, row.name)
                                                  : hidden_names::durable_queue(topic, topic_id, row.name);
}

std::string_view body_protocol(const SubscriptionRow& row) {
    if (row.kind == SubscriptionKind::queue) return "sqs";
    if (row.kind == SubscriptionKind::durable) return {};
    constexpr std::string_view before_platform = ":endpoint/";
    const std::string_view endpoint = row.endpoint;
    const auto at = endpoint.find(before_platform);
    if (row.protocol != "application" || at == std::string_view::npos) return row.protocol;
    const auto rest = endpoint.substr(at + before_platform.size());
    return rest.substr(0, rest.find('/'));
}

QueueName subscribed_queue(const TopicName& topic, const SubscriptionRow& row) {
    return {row.queue_namespace.value_or(topic.namespace_name), row.queue};
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
