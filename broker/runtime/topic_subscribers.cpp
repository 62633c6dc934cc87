#include "broker/runtime/topic_subscribers.hpp"

#include "broker/base/check.hpp"

namespace tern::runtime {

void TopicSubscribers::subscribe(std::uint32_t topic, std::string_view pattern, PublicationReceiver& receiver) {
    TERN_CHECK(!receiver.list_);
    topics_[topic].at(pattern).add(receiver);
    receiver.topic_ = topic;
    begin_watching();
    counts_.add(topic);
}

void TopicSubscribers::unsubscribe(std::string_view pattern, PublicationReceiver& receiver) {
    if (!receiver.list_) return;
    receiver.list_->remove(receiver);
    counts_.subtract(receiver.topic_);
    end_watching();
    left_.emplace_back(receiver.topic_, pattern);
    if (!delivering_) forget_unused();
}

/// Not while lists are gone through: they are among what is forgotten.
void TopicSubscribers::forget_unused() {
    for (const auto& [topic, pattern] : left_) {
        const auto found = topics_.find(topic);
        if (found == topics_.end()) continue;
        found->second.erase_if_unused(pattern);
        if (found->second.empty()) topics_.erase(found);
    }
    left_.clear();
}

void TopicSubscribers::deliver(const StreamNews& news) {
    delivering_ = true;
    for (const auto& published : news.published) {
        const auto found = topics_.find(published.topic);
        if (found == topics_.end()) continue;
        SharedPublication publication(published);
        found->second.for_each_match(published.publication().subject, [&](SubscriberList& list) {
            list.for_each([&](PublicationReceiver& receiver) { receiver.on_publication(publication); });
        });
    }
    for (const auto topic : news.deleted_topics) end(topic);
    delivering_ = false;
    forget_unused();
}

void TopicSubscribers::deliver(std::uint32_t topic, const PresenceChange& change) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return;
    delivering_ = true;
    SharedPresenceChange shared{change};
    found->second.for_each([&](SubscriberList& list) {
        list.for_each([&](PublicationReceiver& receiver) { receiver.on_presence(shared); });
    });
    delivering_ = false;
    forget_unused();
}

void TopicSubscribers::end(std::uint32_t topic) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return;
    std::vector<PublicationReceiver*> receivers;
    found->second.for_each([&](SubscriberList& list) {
        list.for_each([&](PublicationReceiver& receiver) { receivers.push_back(&receiver); });
    });
    for (auto* receiver : receivers) {
        receiver->list_->remove(*receiver);
        counts_.subtract(topic);
        end_watching();
    }
    topics_.erase(found);
    for (auto* receiver : receivers) receiver->on_topic_deleted();
}

}  // namespace tern::runtime
