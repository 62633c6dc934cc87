#include <fmt/format.h>

#include <utility>

#include "broker/engine/hidden_names.hpp"
#include "tests/model_topics/topic_model.hpp"

/// Durable subscriptions; and what is handed out, of theirs and of queues.
namespace tern::topic_model {
namespace {

constexpr Milliseconds ack_wait_least = std::chrono::seconds(1);
constexpr Milliseconds ack_wait_most = std::chrono::hours(12);
constexpr std::uint32_t deliveries_most = 1000;

const engine::QueueName nowhere{"", "nowhere"};

}  // namespace

engine::QueueName TopicModel::queue_of(const std::string& topic, const std::string& name) {
    if (topic.empty()) return {"", name};
    auto* present = this->topic(topic);
    if (present == nullptr || !present->id || present->durable(name) == nullptr) return nowhere;
    return engine::hidden_names::durable_queue({"", topic}, *present->id, name);
}

engine::QueueName TopicModel::queue_of(std::uint64_t pull) const {
    const auto found = pulls_.find(pull);
    if (found == pulls_.end()) return nowhere;
    const auto& [topic, name, handed] = found->second;
    return topic ? engine::hidden_names::durable_queue({"", topic->name}, *topic->id, name)
                 : engine::QueueName{"", name};
}

QueueModel* TopicModel::find_queue(const Pulled& pulled) {
    if (!pulled.topic) return find_queue(pulled.name);
    auto* subscription = pulled.topic->durable(pulled.name);
    return subscription != nullptr ? &*subscription->waiting : nullptr;
}

Complaint TopicModel::judge(const OpenDurable& action, const engine::Answer& given) {
    auto* topic = this->topic(action.topic);
    auto* present = topic != nullptr ? topic->durable(action.name) : nullptr;
    Reasons reasons;
    if (action.name.find_first_of(" !") != std::string::npos) reasons.insert(Errc::durable_name_invalid);
    if ((action.ack_wait && (*action.ack_wait < ack_wait_least || *action.ack_wait > ack_wait_most)) ||
        action.deliveries_max > deliveries_most)
        reasons.insert(Errc::subscription_setting_invalid);
    if (topic == nullptr) reasons.merge(reasons_to_make(action.topic));
    Subscription fresh;
    fresh.name = action.name;
    fresh.waiting = new_queue(action.topic.ends_with(".fifo"), queue_visibility_timeout);
    auto& wanted = present != nullptr ? *present : fresh;
    reasons.merge(refusals(action.topic, wanted, action.wishes));
    if (present == nullptr && topic != nullptr && topic->subscriptions.size() >= limits_.subscriptions_per_topic_max)
        reasons.insert(Errc::too_many_subscriptions);
    const auto dead_letters = action.wishes.dead_letter_queue.value_or(wanted.dead_letter_queue);
    const bool gives_up = action.deliveries_max > 0 && !dead_letters.empty();
    if (gives_up && find_queue(dead_letters) == nullptr) reasons.insert(Errc::redrive_policy_invalid);
    if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
    if (given.status != Errc::ok) return {};

    if (topic == nullptr) {
        engine::TopicSettings settings;
        settings.fifo = action.topic.ends_with(".fifo");
        settings.presence = engine::PresenceMode::subscribers;
        topic = &make(action.topic, settings);
    }
    const auto* told = std::get_if<engine::TopicOpened>(&given.body);
    if (told == nullptr) return "not told of the topic";
    if (auto complaint = opened(*topic, *told); !complaint.empty()) return complaint;
    if (action.wishes.pattern) wanted.pattern = *action.wishes.pattern;
    if (action.wishes.filter) wanted.filter = *action.wishes.filter;
    if (action.wishes.raw) wanted.raw = *action.wishes.raw;
    wanted.dead_letter_queue = dead_letters;
    if (action.ack_wait) wanted.waiting->visibility_timeout = *action.ack_wait;
    wanted.waiting->deliveries_max = gives_up ? action.deliveries_max : 0;
    wanted.waiting->dead_letter_queue = gives_up ? dead_letters : std::string();
    if (present == nullptr) {
        fresh.created_at = now_;
        topic->subscriptions.push_back(std::move(fresh));
    }
    return told->durable_queue == queue_of(action.topic, action.name) ? Complaint() : "another queue";
}

Complaint TopicModel::judge(std::uint64_t label, const Pull& action, const engine::Answer& given) {
    Pulled pulled;
    pulled.name = action.name;
    if (!action.topic.empty()) {
        const auto found = topics_.find(action.topic);
        if (found == topics_.end() || found->second->durable(action.name) == nullptr)
            return check_status({Errc::queue_does_not_exist}, given.status);
        pulled.topic = found->second;
    }
    auto* queue = find_queue(pulled);
    if (queue == nullptr) return check_status({Errc::queue_does_not_exist}, given.status);
    if (auto complaint = check_status({}, given.status); !complaint.empty()) return complaint;
    const auto* messages = std::get_if<engine::Messages>(&given.body);
    if (messages == nullptr) return "no messages in the answer";
    auto* dead_letters = find_queue(queue->dead_letter_queue);
    auto complaint = queue->pulled(action.messages_max, messages->messages, now_, dead_letters, pulled.handed);
    pulls_[label] = std::move(pulled);
    return complaint;
}

Complaint TopicModel::judge(const Finish& action, const engine::Answer& given) {
    const auto found = pulls_.find(action.pull);
    if (found == pulls_.end() || action.index >= found->second.handed.size()) return {};
    auto* queue = find_queue(found->second);
    if (queue == nullptr) return check_status({Errc::queue_does_not_exist}, given.status);
    const auto* results = std::get_if<engine::EntryResults>(&given.body);
    const auto status = results != nullptr && given.status == Errc::ok ? results->results.at(0) : given.status;
    return queue->finished(found->second.handed[action.index], action.end, status, now_);
}

bool TopicModel::can_give_back(const Finish& finish) {
    const auto found = pulls_.find(finish.pull);
    if (found == pulls_.end() || finish.index >= found->second.handed.size()) return false;
    auto* queue = find_queue(found->second);
    return queue != nullptr && queue->in_flight(found->second.handed[finish.index], now_);
}

void TopicModel::give_back(const Finish& finish) {
    const auto& pulled = pulls_.at(finish.pull);
    find_queue(pulled)->given_back(pulled.handed[finish.index], now_);
}

}  // namespace tern::topic_model
