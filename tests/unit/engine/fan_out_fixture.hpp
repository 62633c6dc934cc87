#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/engine/topic_fixture.hpp"

namespace tern::test {

/// A topic and queues that are subscribed to it.
struct FanOutFixture : TopicFixture {
    explicit FanOutFixture(engine::EngineLimits limits = {}) : TopicFixture(limits) {}

    void make_queue(const std::string& name, engine::QueueSettingsChange settings = {}) {
        REQUIRE_EQ(call(engine::CreateQueue{{"", name}, std::move(settings), {}}).status, Errc::ok);
    }
    engine::Answer subscribe(const std::string& queue, engine::SubscriptionSettingsChange settings = {}) {
        return call(engine::AddSubscription{topic, queue, std::move(settings)});
    }
    std::string added(const std::string& queue, engine::SubscriptionSettingsChange settings = {}) {
        return expect<engine::SubscriptionAdded>(engine::AddSubscription{topic, queue, std::move(settings)})
            .subscription;
    }
    std::vector<engine::ReceivedMessage> receive(const engine::QueueName& queue) {
        return expect<engine::Messages>(engine::ReceiveMessages{queue, 10, {}, {}, {}}).messages;
    }
    Texts bodies(const engine::QueueName& queue) {
        Texts texts;
        for (const auto& message : receive(queue))
            texts.emplace_back(engine::decode_message(message.record).value().body);
        return texts;
    }
    Texts bodies(const std::string& queue) { return bodies(engine::QueueName{"", queue}); }
    engine::SubscriptionDescription described(const std::string& subscription) {
        auto described = engine::describe_subscription(*store.begin_read(), topic, subscription);
        REQUIRE(described.has_value());
        return *described;
    }
};

}  // namespace tern::test
