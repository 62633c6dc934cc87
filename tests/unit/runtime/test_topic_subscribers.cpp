#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/engine/subject.hpp"
#include "broker/runtime/topic_subscribers.hpp"

namespace tern::runtime {

namespace {

struct Receiver final : PublicationReceiver {
    void on_publication(SharedPublication& publication) override {
        got.push_back(publication.published().publication().subject);
        if (then) then();
    }
    void on_presence(SharedPresenceChange&) override { ++changes; }
    void on_topic_deleted() override { deleted = true; }

    std::vector<std::string> got;
    std::function<void()> then;
    int changes = 0;
    bool deleted = false;
};

struct HubFixture {
    void publish(std::uint32_t topic, const std::string& subject) {
        auto batch = std::make_shared<engine::PublicationBatch>();
        batch->push_back({subject, "x", {}, {}, {}});
        StreamNews news;
        news.published.push_back({topic, 0, {}, {}, 0, std::move(batch)});
        hub.deliver(news);
    }

    Metrics metrics;
    SubscriberCounts counts{metrics.subscribers};
    TopicSubscribers hub{metrics, counts};
};

using Subjects = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(HubFixture, "a publication goes to those whose pattern matches, of its topic only") {
    Receiver exact, any_part, rest, other_topic;
    hub.subscribe(1, "t.a.b", exact);
    hub.subscribe(1, "t.*.b", any_part);
    hub.subscribe(1, "t.>", rest);
    hub.subscribe(2, "t.>", other_topic);
    for (const auto* subject : {"t.a.b", "t.c.b", "t.a", "t"}) publish(1, subject);

    CHECK(exact.got == Subjects{"t.a.b"});
    CHECK(any_part.got == Subjects{"t.a.b", "t.c.b"});
    CHECK(rest.got == Subjects{"t.a.b", "t.c.b", "t.a"});
    CHECK(other_topic.got.empty());
    CHECK_EQ(counts.of(1), 3);

    hub.unsubscribe("t.a.b", exact);
    hub.unsubscribe("t.a.b", exact);
    hub.unsubscribe("t.*.b", any_part);
    hub.unsubscribe("t.>", rest);
    hub.unsubscribe("t.>", other_topic);
    CHECK_FALSE(hub.watched());
    CHECK_EQ(metrics.subscribers.value(), 0);
}

TEST_CASE_FIXTURE(HubFixture, "matching agrees with the patterns' meaning") {
    SeededRandom random(5);
    const auto part = [&] { return std::string(1, static_cast<char>('a' + random.next() % 2)); };
    std::map<std::string, Receiver> receivers;
    for (int i = 0; i < 60; ++i) {
        std::string pattern = "t";
        for (auto parts = random.next() % 4; parts > 0; --parts) pattern += random.next() % 3 ? "." + part() : ".*";
        if (random.next() % 3 == 0) pattern += ".>";
        if (!receivers.contains(pattern)) hub.subscribe(1, pattern, receivers[pattern]);
    }
    for (int i = 0; i < 100; ++i) {
        std::string subject = "t";
        for (auto parts = random.next() % 5; parts > 0; --parts) subject += "." + part();
        publish(1, subject);
        for (auto& [pattern, receiver] : receivers) {
            CHECK_EQ(receiver.got.size(), engine::matches(pattern, subject) ? 1u : 0u);
            receiver.got.clear();
        }
    }
    for (auto& [pattern, receiver] : receivers) hub.unsubscribe(pattern, receiver);
}

TEST_CASE_FIXTURE(HubFixture, "receivers may leave and come while they are told") {
    Receiver first, second, third, late;
    for (auto* receiver : {&first, &second, &third}) hub.subscribe(1, "t.a", *receiver);
    first.then = [&] {
        hub.unsubscribe("t.a", first);
        hub.unsubscribe("t.a", second);
        hub.subscribe(1, "t.a", late);
    };
    publish(1, "t.a");
    CHECK_EQ(first.got.size(), 1);
    CHECK(second.got.empty());
    CHECK_EQ(third.got.size(), 1);
    CHECK(late.got.empty());

    publish(1, "t.a");
    CHECK_EQ(third.got.size(), 2);
    CHECK_EQ(late.got.size(), 1);
    hub.unsubscribe("t.a", late);
    third.then = [&] { hub.unsubscribe("t.a", third); };
    publish(1, "t.a");
    publish(1, "t.a");
    CHECK_EQ(third.got.size(), 3);
    CHECK_FALSE(hub.watched());
}

TEST_CASE_FIXTURE(HubFixture, "the end of a topic and changes of presence go to all of its subscribers") {
    Receiver here, there;
    hub.subscribe(1, "t.a", here);
    hub.subscribe(1, "t.>", there);
    hub.deliver(1, PresenceChange{});
    hub.deliver(2, PresenceChange{});
    CHECK_EQ(here.changes, 1);
    CHECK_EQ(there.changes, 1);

    StreamNews news;
    news.deleted_topics = {1};
    hub.deliver(news);
    CHECK(here.deleted);
    CHECK(there.deleted);
    publish(1, "t.a");
    CHECK(here.got.empty());
    CHECK_FALSE(hub.watched());
    hub.unsubscribe("t.a", here);
    CHECK_EQ(counts.of(1), 0);
}

TEST_CASE("an encoding is made once for each form and id") {
    SharedEncodings encodings;
    int made = 0;
    const auto get = [&](const void* form, std::uint64_t id) {
        return *encodings.get({form, id}, [&] {
            ++made;
            return std::make_shared<const std::string>(std::to_string(id));
        });
    };
    for (int round = 0; round < 2; ++round) {
        for (std::uint64_t id = 0; id < 30; ++id) CHECK_EQ(get(&made, id), std::to_string(id));
        get(&encodings, 1);
    }
    CHECK_EQ(made, 31);
}

}  // namespace tern::runtime
