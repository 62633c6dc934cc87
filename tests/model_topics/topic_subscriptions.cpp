#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/engine/hidden_names.hpp"
#include "tests/model_topics/filters.hpp"
#include "tests/model_topics/topic_model.hpp"

/// Queues, and their subscriptions.
namespace tern::topic_model {
namespace {

bool fifo_name(const std::string& name) {
    return name.ends_with(".fifo");
}

void take(Subscription& subscription, const Wishes& wishes) {
    if (wishes.pattern) subscription.pattern = *wishes.pattern;
    if (wishes.filter) subscription.filter = *wishes.filter;
    if (wishes.raw) subscription.raw = *wishes.raw;
    if (wishes.dead_letter_queue) subscription.dead_letter_queue = *wishes.dead_letter_queue;
}

bool differs(const Subscription& subscription, const Wishes& wishes) {
    return (wishes.pattern && *wishes.pattern != subscription.pattern) ||
           (wishes.filter && *wishes.filter != subscription.filter) ||
           (wishes.raw && *wishes.raw != subscription.raw) ||
           (wishes.dead_letter_queue && *wishes.dead_letter_queue != subscription.dead_letter_queue);
}

}  // namespace

QueueModel TopicModel::new_queue(bool fifo, Milliseconds visibility_timeout) {
    constexpr std::uint64_t numbers = 1'000'000;
    return {fifo, visibility_timeout, ++queues_made_ * numbers};
}

std::string TopicModel::name_of(const std::string& topic, const Reference& reference) {
    auto* present = this->topic(topic);
    const auto* subscription = present != nullptr ? present->find(reference) : nullptr;
    return subscription != nullptr ? subscription->name : "nobody";
}

Reasons TopicModel::refusals(const std::string& topic, const Subscription& subscription, const Wishes& wishes) const {
    Reasons reasons;
    if (wishes.pattern && !wishes.pattern->empty()) {
        const auto& pattern = *wishes.pattern;
        const bool of_topic = pattern == topic || pattern.starts_with(topic + ".");
        if (!of_topic || pattern.ends_with('.') || pattern.find(">.") != std::string::npos)
            reasons.insert(Errc::pattern_invalid);
    }
    if (wishes.filter && filters()[*wishes.filter].invalid) reasons.insert(Errc::filter_policy_invalid);
    if (wishes.dead_letter_queue && !wishes.dead_letter_queue->empty()) {
        const auto& name = *wishes.dead_letter_queue;
        const bool wants_fifo = fifo_name(topic) && (subscription.durable() || fifo_name(subscription.queue));
        if (name == subscription.queue || !queues_.contains(name) || fifo_name(name) != wants_fifo)
            reasons.insert(Errc::subscription_setting_invalid);
    }
    return reasons;
}

Complaint TopicModel::judge(const CreateQueue& action, const engine::Answer& given) {
    if (auto complaint = check_status({}, given.status); !complaint.empty()) return complaint;
    if (!queues_.contains(action.queue))
        queues_.emplace(action.queue, new_queue(fifo_name(action.queue), queue_visibility_timeout));
    return {};
}

Complaint TopicModel::judge(const DropQueue& action, const engine::Answer& given) {
    const bool present = queues_.erase(action.queue) > 0;
    return check_status(present ? Reasons() : Reasons{Errc::queue_does_not_exist}, given.status);
}

Complaint TopicModel::judge(std::uint64_t label, const Subscribe& action, const engine::Answer& given) {
    auto* topic = this->topic(action.topic);
    if (topic == nullptr) return check_status({Errc::topic_does_not_exist}, given.status);
    auto& all = topic->subscriptions;
    const auto known = std::find_if(all.begin(), all.end(),
                                    [&](const Subscription& s) { return !s.durable() && s.queue == action.queue; });
    Subscription fresh;
    fresh.queue = action.queue;
    auto reasons = refusals(action.topic, fresh, action.wishes);
    if (known != all.end()) {
        reasons.clear();
        if (differs(*known, action.wishes)) reasons.insert(Errc::subscription_exists);
    } else {
        if (!queues_.contains(action.queue)) reasons.insert(Errc::queue_does_not_exist);
        if (fifo_name(action.queue) && !topic->fifo()) reasons.insert(Errc::fifo_queue_on_standard_topic);
        if (all.size() >= limits_.subscriptions_per_topic_max) reasons.insert(Errc::too_many_subscriptions);
    }
    if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
    if (given.status != Errc::ok) return {};
    const auto* added = std::get_if<engine::SubscriptionAdded>(&given.body);
    if (added == nullptr || added->created != (known == all.end())) return "made, or there before?";
    if (known != all.end()) return added->subscription == known->name ? Complaint() : "another name than it had";
    take(fresh, action.wishes);
    fresh.label = label;
    fresh.name = added->subscription;
    fresh.created_at = now_;
    if (topic->durable(fresh.name) != nullptr) return "the name of a durable subscription is given";
    all.push_back(std::move(fresh));
    return {};
}

Complaint TopicModel::judge(const Change& action, const engine::Answer& given) {
    auto* topic = this->topic(action.topic);
    if (topic == nullptr) return check_status({Errc::topic_does_not_exist}, given.status);
    auto* subscription = topic->find(action.subscription);
    if (subscription == nullptr) return check_status({Errc::subscription_does_not_exist}, given.status);
    const auto reasons = refusals(action.topic, *subscription, action.wishes);
    if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
    if (given.status != Errc::ok) return {};
    take(*subscription, action.wishes);
    // What is handed out too often goes where the subscription's dead letters go; nowhere, and it goes on coming.
    if (subscription->durable() && action.wishes.dead_letter_queue && subscription->waiting->deliveries_max > 0) {
        subscription->waiting->dead_letter_queue = *action.wishes.dead_letter_queue;
        if (action.wishes.dead_letter_queue->empty()) subscription->waiting->deliveries_max = 0;
    }
    return {};
}

Complaint TopicModel::judge(const Unsubscribe& action, const engine::Answer& given) {
    auto* topic = this->topic(action.topic);
    if (topic == nullptr) return check_status({Errc::topic_does_not_exist}, given.status);
    auto* subscription = topic->find(action.subscription);
    if (subscription == nullptr) return check_status({Errc::subscription_does_not_exist}, given.status);
    if (auto complaint = check_status({}, given.status); !complaint.empty()) return complaint;
    topic->subscriptions.erase(topic->subscriptions.begin() + (subscription - topic->subscriptions.data()));
    return {};
}

}  // namespace tern::topic_model
