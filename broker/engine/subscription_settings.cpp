#include "broker/engine/subscription_settings.hpp"

#include <algorithm>
#include <utility>

#include "broker/engine/queues.hpp"
#include "broker/engine/subject.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// "{}" is no policy, however it is spaced.
std::string normalized_policy(const std::string& policy) {
    auto text = policy;
    std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
    return text.empty() || text == "{}" ? std::string() : policy;
}

/// docs/aws.md sns-15: a FIFO topic's subscription wants a FIFO queue, unless its own queue is a standard one.
bool wants_fifo_dead_letters(const TopicName& topic, const SubscriptionRow& row) {
    const bool fifo = topic.name.ends_with(".fifo");
    return row.kind == SubscriptionKind::queue ? fifo && row.queue.ends_with(".fifo") : fifo;
}

bool fits_as_dead_letter_queue(Batch& batch, const TopicName& topic, const SubscriptionRow& row, bool may_be_missing) {
    if (row.dead_letter_queue.empty()) return true;
    const QueueName name{topic.namespace_name, row.dead_letter_queue};
    if (name == subscribed_queue(topic, row)) return false;
    const auto queue = batch.queues.find(batch.transaction, name);
    if (!queue.has_value() && !may_be_missing) return false;
    const bool fifo = queue.has_value() ? (*queue)->settings().fifo : name.name.ends_with(".fifo");
    return fifo == wants_fifo_dead_letters(topic, row);
}

}  // namespace

SubscriptionRefusal change(Batch& batch, const TopicName& topic, SubscriptionRow& row,
                           const SubscriptionSettingsChange& wanted) {
    auto changed = row;
    if (wanted.pattern) changed.pattern = *wanted.pattern;
    if (wanted.filter_policy) changed.filter_policy = normalized_policy(*wanted.filter_policy);
    if (wanted.filter_scope) changed.filter_scope = *wanted.filter_scope;
    if (wanted.raw) changed.raw = *wanted.raw;
    if (wanted.dead_letter_queue) changed.dead_letter_queue = *wanted.dead_letter_queue;
    annotate(changed.annotations, wanted.annotations);

    if (!changed.pattern.empty() && (!valid_pattern(changed.pattern) || topic_of(changed.pattern) != topic.name))
        return {Errc::pattern_invalid, {}};
    if (wanted.filter_policy || wanted.filter_scope) {
        auto parsed = parse_filter_policy(changed.filter_policy, changed.filter_scope);
        if (parsed.refusal) return {Errc::filter_policy_invalid, std::move(parsed.refusal->sentence)};
    }
    if (wanted.dead_letter_queue && !fits_as_dead_letter_queue(batch, topic, changed, wanted.queues_may_be_missing))
        return {Errc::subscription_setting_invalid, "dead_letter_queue"};
    if (!valid_annotations(changed.annotations)) return {Errc::subscription_setting_invalid, "annotations"};
    row = std::move(changed);
    return {};
}

std::string first_difference(const SubscriptionRow& row, const SubscriptionSettingsChange& wanted) {
    if (wanted.pattern && *wanted.pattern != row.pattern) return "pattern";
    if (wanted.filter_policy && normalized_policy(*wanted.filter_policy) != row.filter_policy) return "filter_policy";
    if (wanted.filter_scope && *wanted.filter_scope != row.filter_scope) return "filter_scope";
    if (wanted.raw && *wanted.raw != row.raw) return "raw";
    if (wanted.dead_letter_queue && *wanted.dead_letter_queue != row.dead_letter_queue) return "dead_letter_queue";
    return first_difference(row.annotations, wanted.annotations);
}

bool valid_durable_name(std::string_view name) {
    return !name.empty() && name.size() <= protocol::durable_name_bytes_max &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                      c == '-';
           });
}

}  // namespace tern::engine
