#include <algorithm>

#include "tests/model/model.hpp"

/// Creating, deleting, changing, tagging and purging queues (docs/aws.md sqs-1 to sqs-12, sqs-39, sqs-40).
namespace tern::model {
namespace {

using engine::QueueSettings;
using engine::QueueSettingsChange;
using engine::RedriveAllow;
using std::chrono::seconds;

bool ends_in_fifo(const std::string& name) {
    return name.size() >= 5 && name.compare(name.size() - 5, 5, ".fifo") == 0;
}

bool name_is_valid(const std::string& name, bool fifo) {
    if (name.empty() || name.size() > 80 || fifo != ends_in_fifo(name)) return false;
    const auto stem = fifo ? name.substr(0, name.size() - 5) : name;
    return !stem.empty() && std::all_of(stem.begin(), stem.end(),
                                        [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

bool tags_are_valid(const std::vector<engine::QueueTag>& tags) {
    return std::all_of(tags.begin(), tags.end(), [](const auto& tag) {
        return !tag.key.empty() && tag.key.size() <= 128 && tag.value.size() <= 256;
    });
}

Status check_ranges(const QueueSettingsChange& change) {
    const auto outside = [](const auto& value, auto least, auto most) {
        return value && (*value < least || *value > most);
    };
    if (outside(change.delay, seconds(0), seconds(900))) return Status::delay_invalid;
    if (outside(change.message_bytes_max, 1024, 16 << 20)) return Status::message_bytes_max_invalid;
    if (outside(change.retention, seconds(60), seconds(1209600))) return Status::retention_invalid;
    if (outside(change.wait, seconds(0), seconds(20))) return Status::wait_invalid;
    if (outside(change.visibility_timeout, seconds(0), seconds(43200))) return Status::visibility_timeout_invalid;
    if (change.redrive_policy && !change.redrive_policy->dead_letter_queue.empty() &&
        (change.redrive_policy->receive_count_max < 1 || change.redrive_policy->receive_count_max > 1000))
        return Status::redrive_policy_invalid;
    if (change.redrive_allow_policy) {
        const auto& allow = *change.redrive_allow_policy;
        const auto sources = allow.source_queues.size();
        if (allow.permission == RedriveAllow::by_queue ? sources < 1 || sources > 10 : sources > 0)
            return Status::redrive_allow_policy_invalid;
    }
    return Status::ok;
}

bool same_settings(const QueueSettings& settings, const QueueSettingsChange& change) {
    const auto same = [](const auto& wanted, const auto& is) { return !wanted || *wanted == is; };
    const auto redrive = settings.redrive_policy.value_or(engine::RedrivePolicy{});
    const auto allow = settings.redrive_allow_policy.value_or(engine::RedriveAllowPolicy{});
    return same(change.delay, settings.delay) && same(change.message_bytes_max, settings.message_bytes_max) &&
           same(change.retention, settings.retention) && same(change.wait, settings.wait) &&
           same(change.visibility_timeout, settings.visibility_timeout) &&
           same(change.content_based_deduplication, settings.content_based_deduplication) &&
           same(change.deduplication_scope, settings.deduplication_scope) &&
           same(change.throughput_limit, settings.throughput_limit) && same(change.redrive_policy, redrive) &&
           same(change.redrive_allow_policy, allow);
}

}  // namespace

Status Model::change(QueueSettings& settings, const QueueSettingsChange& change) {
    if (change.fifo && *change.fifo != settings.fifo) return Status::queue_type_fixed;
    if (const auto status = check_ranges(change); status != Status::ok) return status;
    if (!settings.fifo && (change.content_based_deduplication || change.deduplication_scope || change.throughput_limit))
        return Status::fifo_attribute_on_standard_queue;

    if (change.delay) settings.delay = *change.delay;
    if (change.message_bytes_max) settings.message_bytes_max = *change.message_bytes_max;
    if (change.retention) settings.retention = *change.retention;
    if (change.wait) settings.wait = *change.wait;
    if (change.visibility_timeout) settings.visibility_timeout = *change.visibility_timeout;
    if (change.content_based_deduplication) settings.content_based_deduplication = *change.content_based_deduplication;
    if (change.deduplication_scope) settings.deduplication_scope = *change.deduplication_scope;
    if (change.throughput_limit) settings.throughput_limit = *change.throughput_limit;
    if (change.redrive_policy) settings.redrive_policy = change.redrive_policy;
    if (settings.redrive_policy && settings.redrive_policy->dead_letter_queue.empty()) settings.redrive_policy.reset();
    if (change.redrive_allow_policy) settings.redrive_allow_policy = change.redrive_allow_policy;

    if (settings.throughput_limit == engine::ThroughputLimit::per_message_group_id &&
        settings.deduplication_scope != engine::DeduplicationScope::message_group)
        return Status::high_throughput_needs_group_scope;
    return Status::ok;
}

/// docs/aws.md sqs-39, sqs-40.
Status Model::check_redrive(const std::string& name, const QueueSettings& settings) {
    if (!settings.redrive_policy) return Status::ok;
    const auto* target = find(settings.redrive_policy->dead_letter_queue);
    if (target == nullptr || target->name == name || target->settings.fifo != settings.fifo)
        return Status::redrive_policy_invalid;
    if (!target->settings.redrive_allow_policy) return Status::ok;
    const auto& allow = *target->settings.redrive_allow_policy;
    if (allow.permission == RedriveAllow::all) return Status::ok;
    const bool named = std::count(allow.source_queues.begin(), allow.source_queues.end(), name) > 0;
    return allow.permission == RedriveAllow::by_queue && named ? Status::ok : Status::redrive_not_allowed;
}

void Model::create(const Action& action, const Create& create) {
    const bool fifo = create.settings.fifo.value_or(false);
    if (!name_is_valid(create.queue, fifo)) return answer(action.label, Status::queue_name_invalid);
    Queue queue;
    queue.name = create.queue;
    queue.settings.fifo = fifo;
    if (const auto status = change(queue.settings, create.settings); status != Status::ok)
        return answer(action.label, status);
    if (!tags_are_valid(create.tags) || create.tags.size() > 50) return answer(action.label, Status::tags_invalid);
    if (const auto* existing = find(create.queue)) {
        const bool same = same_settings(existing->settings, create.settings);
        return answer(action.label, same ? Status::ok : Status::queue_exists);
    }
    const auto deleted = deleted_at_.find(create.queue);
    if (limits_.delay_after_delete && deleted != deleted_at_.end() && now_ - deleted->second < seconds(60))
        return answer(action.label, Status::queue_deleted_recently);
    if (const auto status = check_redrive(create.queue, queue.settings); status != Status::ok)
        return answer(action.label, status);

    queue.incarnation = next_incarnation_++;
    queue.created_at = now_;
    queue.deduplicates_in = queue.settings.deduplication_scope;
    for (const auto& tag : create.tags) queue.tags[tag.key] = tag.value;
    queues_[create.queue] = queue;
    answer(action.label, Status::ok);
    answers_.back().created = true;
}

void Model::drop(const Action& action, const Drop& drop) {
    auto* queue = find(drop.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);

    for (const auto& waiter : queue->waiters) answer(waiter.label, Status::queue_does_not_exist);
    queues_.erase(drop.queue);
    deleted_at_[drop.queue] = now_;
    answer(action.label, Status::ok);
}

void Model::set(const Action& action, const Set& set) {
    auto* queue = find(set.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);
    auto settings = queue->settings;
    auto status = change(settings, set.settings);
    if (status == Status::ok && set.settings.redrive_policy) status = check_redrive(set.queue, settings);
    if (status == Status::ok) queue->settings = settings;
    answer(action.label, status);
}

void Model::tag(const Action& action, const Tag& tag) {
    auto* queue = find(tag.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);
    auto tags = queue->tags;
    for (const auto& each : tag.tags) tags[each.key] = each.value;
    if (!tags_are_valid(tag.tags) || tags.size() > 50) return answer(action.label, Status::tags_invalid);
    queue->tags = tags;
    answer(action.label, Status::ok);
}

void Model::untag(const Action& action, const Untag& untag) {
    auto* queue = find(untag.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);
    for (const auto& key : untag.keys) queue->tags.erase(key);
    answer(action.label, Status::ok);
}

/// Clears visible, delayed, in flight and what is remembered for deduplication (docs/aws.md sqs-11).
void Model::purge(const Action& action, const Purge& purge) {
    auto* queue = find(purge.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);
    if (limits_.delay_after_purge && queue->purged_at && now_ - *queue->purged_at < seconds(60))
        return answer(action.label, Status::purge_in_progress);
    queue->messages.clear();
    queue->groups.clear();
    queue->deduplications.clear();
    queue->attempts.clear();
    queue->purged_at = now_;
    answer(action.label, Status::ok);
}

}  // namespace tern::model
