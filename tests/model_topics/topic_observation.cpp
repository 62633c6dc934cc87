#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/engine/hidden_names.hpp"
#include "broker/engine/message_record.hpp"
#include "tests/model_topics/filters.hpp"
#include "tests/model_topics/topic_model.hpp"

/// All that can be seen of topics, subscriptions and queues after a batch.
namespace tern::topic_model {
namespace {

constexpr std::int64_t messages_peeked_max = 1000;

engine::DurableEnd everything() {
    return [](engine::StreamPartition) { return std::optional<std::uint64_t>(); };
}

Complaint differs(const Subscription& expected, const engine::SubscriptionDescription& given) {
    const auto& filter = filters()[expected.filter];
    if (given.subscription != expected.name) return "another name";
    if ((given.kind == engine::SubscriptionKind::durable) != expected.durable()) return "another kind";
    if (!expected.durable() && given.queue != engine::QueueName{"", expected.queue}) return "another queue";
    if (given.pattern != expected.pattern || given.raw != expected.raw || given.filter_policy != filter.policy ||
        (!filter.policy.empty() && given.filter_scope != filter.scope) ||
        given.dead_letter_queue != expected.dead_letter_queue)
        return "other settings";
    if (given.created_at != expected.created_at) return "made at another time";
    if (given.delivered != expected.delivered || given.failed != expected.failed)
        return fmt::format("{} delivered and {} failed expected, {} and {} told", expected.delivered, expected.failed,
                           given.delivered, given.failed);
    const auto waiting = expected.durable() ? expected.waiting->messages().size() : 0;
    if (given.waiting != waiting) return fmt::format("{} waiting expected, {} told", waiting, given.waiting);
    return {};
}

}  // namespace

Complaint TopicModel::observe(const store::ReadTransaction& snapshot) {
    const auto listed = engine::list_topics(snapshot, "", "", {});
    if (!listed.has_value()) return "the topics cannot be listed";
    if (listed->topics.size() != topics_.size())
        return fmt::format("{} topics expected, {} listed", topics_.size(), listed->topics.size());
    std::size_t at = 0;
    for (auto& [name, topic] : topics_) {
        const auto& summary = listed->topics[at++];
        auto complaint = summary.name == name ? tell_id(*topic, summary.id) : summary.name + " is listed";
        if (complaint.empty()) complaint = observe(name, *topic, snapshot);
        if (complaint.empty() &&
            (summary.publications != topic->history.size() - topic->start ||
             summary.history != topic->settings.history || summary.subscriptions != topic->subscriptions.size()))
            complaint = "listed with other numbers";
        if (!complaint.empty()) return fmt::format("topic {}: {}", name, complaint);
    }
    for (const auto& [name, queue] : queues_)
        if (auto complaint = observe_queue({"", name}, queue, snapshot); !complaint.empty())
            return fmt::format("queue {}: {}", name, complaint);
    return {};
}

Complaint TopicModel::observe(const std::string& name, Topic& topic, const store::ReadTransaction& snapshot) {
    const auto described = engine::describe_topic(snapshot, {"", name}, everything());
    if (!described.has_value()) return "it cannot be described";
    if (!(described->settings == topic.settings)) return "other settings than were given";
    if (described->created_at != topic.created_at || described->modified_at != topic.modified_at)
        return "made or changed at another time";
    if (described->subscriptions != topic.subscriptions.size()) return "another number of subscriptions";
    if (auto complaint = observe_subscriptions(topic, snapshot); !complaint.empty()) return complaint;
    for (const auto* everything : {"", ".>"})
        if (auto complaint = ask(ReadRetained{name, name + everything, 1000}, snapshot); !complaint.empty())
            return complaint;
    if (!topic.settings.history) return described->epoch.empty() ? Complaint() : "an epoch without a history";

    if (auto complaint = tell_epoch(topic, described->epoch); !complaint.empty()) return complaint;
    if (described->end_offset != topic.history.size() || described->end_offset != *topic.end)
        return fmt::format("it ends at {}, {} told", *topic.end, described->end_offset);
    topic.note_bounds(now_);
    if (auto complaint = topic.observe_start(described->start_offset, now_); !complaint.empty()) return complaint;
    std::uint64_t bytes = 0;
    for (auto i = topic.start; i < topic.history.size(); ++i) bytes += topic.history[i]->bytes();
    if (described->bytes < bytes) return "fewer bytes told than there are";
    return ask(ReadHistory{name, 0, topic.history.size() + 1, ~std::uint64_t{0}, 0}, snapshot);
}

Complaint TopicModel::observe_subscriptions(Topic& topic, const store::ReadTransaction& snapshot) const {
    const auto listed = engine::list_subscriptions(snapshot, now_, {"", topic.name}, {});
    if (!listed.has_value()) return "its subscriptions cannot be listed";
    if (listed->subscriptions.size() != topic.subscriptions.size()) return "another number of subscriptions listed";
    for (std::size_t i = 0; i < topic.subscriptions.size(); ++i) {
        const auto& subscription = topic.subscriptions[i];
        auto complaint = differs(subscription, listed->subscriptions[i]);
        const auto described = engine::describe_subscription(snapshot, {"", topic.name}, subscription.name);
        if (complaint.empty() && (!described.has_value() || !differs(subscription, *described).empty()))
            complaint = "described otherwise than listed";
        if (complaint.empty() && subscription.durable())
            complaint = observe_queue(listed->subscriptions[i].queue, *subscription.waiting, snapshot);
        if (!complaint.empty()) return fmt::format("subscription {}: {}", i, complaint);
    }
    return {};
}

/// All messages, whoever has them; their counts.
Complaint TopicModel::observe_queue(const engine::QueueName& name, const QueueModel& queue,
                                    const store::ReadTransaction& snapshot) const {
    std::vector<Bytes> expected, given;
    for (const auto& message : queue.messages()) expected.push_back(message.body);
    for (std::size_t view = 0; view < 3; ++view) {
        const auto messages =
            engine::peek(snapshot, now_, name, {messages_peeked_max, view == 0, view == 1, view == 2});
        if (!messages.has_value()) return "it cannot be peeked at";
        for (const auto& message : messages->messages) {
            const auto record = engine::decode_message(message.record);
            if (!record) return "a message cannot be decoded";
            given.emplace_back(record->body);
        }
    }
    std::sort(expected.begin(), expected.end());
    std::sort(given.begin(), given.end());
    if (expected == given) return {};
    const auto [missing, extra] = std::mismatch(expected.begin(), expected.end(), given.begin(), given.end());
    return fmt::format("{} messages expected, {} there; first difference: '{}' and '{}'", expected.size(), given.size(),
                       missing == expected.end() ? "" : *missing, extra == given.end() ? "" : *extra);
}

}  // namespace tern::topic_model
