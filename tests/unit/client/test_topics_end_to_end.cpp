#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/blocking_subscriber.hpp"
#include "tests/unit/client/ternd_process.hpp"

/// Publishers and subscribers against the real broker, which is killed under them.
namespace tern {

using namespace std::chrono_literals;

namespace {

constexpr auto long_wait = 30s;

ClientOptions patient_client(const TerndProcess& ternd) {
    return {.server = ternd.address(), .backoff_first = 1ms, .backoff_max = 20ms, .give_up_after = 60s};
}

SubscriberOptions subscribing_to(const std::string& pattern) {
    SubscriberOptions options;
    options.pattern = pattern;
    return options;
}

/// The data of the next publication; whatever else comes is a failure.
std::string next_data(BlockingSubscriber& subscriber) {
    const auto push = subscriber.next(long_wait);
    REQUIRE(push.has_value());
    REQUIRE(std::holds_alternative<Publication>(*push));
    return std::get<Publication>(*push).data;
}

PresenceChange next_presence(BlockingSubscriber& subscriber) {
    const auto push = subscriber.next(long_wait);
    REQUIRE(push.has_value());
    REQUIRE(std::holds_alternative<PresenceChange>(*push));
    return std::get<PresenceChange>(*push);
}

}  // namespace

TEST_CASE("a topic from its creation to its deletion") {
    TerndProcess ternd;
    BlockingClient client(patient_client(ternd));
    CHECK(client.create_topic("chat", {.history_publications = 1'000}, {{"team", "a"}}).created);
    CHECK_FALSE(client.create_topic("chat", {.history_publications = 1'000}, {{"team", "a"}}).created);
    client.set_topic("chat", {.history_age = 1h});
    const auto published =
        client.publish({.subject = "chat.room", .data = "hello", .attributes = {{"a", "String", "b"}}});
    CHECK_EQ(published.offset, 0);

    const auto topic = client.describe_topic("chat");
    CHECK_EQ(topic.epoch, published.epoch);
    CHECK_EQ(topic.end_offset, 1);
    CHECK(topic.settings.history_age == std::chrono::milliseconds(1h));
    CHECK(topic.tags == std::vector<Tag>{{"team", "a"}});
    REQUIRE_EQ(client.list_topics().topics.size(), 1);
    CHECK_EQ(client.list_topics().topics[0].publications, 1);

    const auto history = client.read_history("chat.>");
    REQUIRE_EQ(history.publications.size(), 1);
    CHECK_EQ(history.publications[0].data, "hello");
    CHECK(history.publications[0].id == published.id);
    CHECK(history.publications[0].attributes == std::vector<MessageAttribute>{{"a", "String", "b"}});
    CHECK_FALSE(history.more);

    client.delete_topic("chat");
    CHECK_THROWS_AS(client.describe_topic("chat"), Error);
}

TEST_CASE("what is published reaches subscribers of subjects and patterns, and queues") {
    TerndProcess ternd;
    BlockingClient client(patient_client(ternd));
    client.create_topic("chat");
    client.create_queue("archive");
    const auto added = client.add_subscription("chat", "archive", {.pattern = "chat.room.*", .raw = true});
    CHECK(added.created);
    BlockingSubscriber room(client, subscribing_to("chat.room.1"));
    BlockingSubscriber all(client, subscribing_to("chat.>"));
    room.subscribe();
    all.subscribe();

    const auto results = client.publish_batch({{.subject = "chat.room.1", .data = "one"},
                                               {.subject = "chat.room.2", .data = "two"},
                                               {.subject = "chat..bad", .data = "x"}});
    REQUIRE_EQ(results.results.size(), 3);
    CHECK_EQ(results.results[0].offset, 0);
    CHECK_EQ(results.results[1].offset, 1);
    CHECK_EQ(results.results[2].status, Status::subject_invalid);
    client.publish({.subject = "chat.room.1", .data = "signal"}, {.ephemeral = true});

    CHECK_EQ(next_data(room), "one");
    CHECK_EQ(next_data(room), "signal");
    CHECK_EQ(next_data(all), "one");
    CHECK_EQ(next_data(all), "two");
    CHECK_EQ(next_data(all), "signal");
    const auto messages = client.receive("archive", {.messages_max = 10, .wait = 5s});
    REQUIRE_EQ(messages.size(), 2);
    CHECK_EQ(messages[0].body, "one");

    const auto subscriptions = client.list_subscriptions("chat", {}).subscriptions;
    REQUIRE_EQ(subscriptions.size(), 1);
    CHECK_EQ(subscriptions[0].queue, "archive");
    CHECK_EQ(subscriptions[0].delivered, 2);
    client.remove_subscription("chat", added.subscription);
    CHECK(client.list_subscriptions("chat", {}).subscriptions.empty());
    room.close();
    all.close();
}

TEST_CASE("subscriptions begin where they are told") {
    TerndProcess ternd;
    BlockingClient client(patient_client(ternd));
    for (int i = 0; i < 10; ++i) client.publish({.subject = "log", .data = std::to_string(i)});
    const auto first_of = [&client](const HistoryStart& from) {
        auto options = subscribing_to("log");
        options.from = from;
        BlockingSubscriber subscriber(client, options);
        return next_data(subscriber);
    };

    CHECK_EQ(first_of(FromEarliest{}), "0");
    CHECK_EQ(first_of(FromLast{3}), "7");
    CHECK_EQ(first_of(FromOffset{5}), "5");
    CHECK_EQ(first_of(FromTime{TimePoint(0ms)}), "0");
}

TEST_CASE("the broker is killed under publishers and a subscriber: nothing is lost, nothing comes twice") {
    TerndProcess ternd;
    constexpr int publishers = 2;
    constexpr int publications_each = 400;
    BlockingClient reading(patient_client(ternd));
    reading.create_topic("news");
    BlockingSubscriber subscriber(reading, subscribing_to("news.>"));
    const auto epoch = subscriber.subscribe().epoch;
    std::atomic<int> published = 0;
    std::vector<std::thread> threads;
    for (int publisher = 0; publisher < publishers; ++publisher) {
        threads.emplace_back([&, publisher] {
            BlockingClient client(patient_client(ternd));
            for (int i = 0; i < publications_each; ++i) {
                const auto subject = "news.p" + std::to_string(publisher);
                client.publish({.subject = subject, .data = std::to_string(i)});
                ++published;
            }
        });
    }

    std::map<std::string, int> next;
    std::optional<std::uint64_t> last_offset;
    int received = 0;
    int kills = 0;
    while (received < publishers * publications_each) {
        if (kills < 3 && received >= (kills + 1) * 150) {
            ternd.kill();
            ternd.restart();
            ++kills;
        }
        const auto push = subscriber.next(long_wait);
        REQUIRE(push.has_value());
        REQUIRE(std::holds_alternative<Publication>(*push));
        const auto& publication = std::get<Publication>(*push);
        CHECK_EQ(publication.data, std::to_string(next[publication.subject]++));
        CHECK_EQ(publication.offset, last_offset ? *last_offset + 1 : 0);
        last_offset = publication.offset;
        ++received;
    }
    for (auto& thread : threads) thread.join();

    CHECK_EQ(kills, 3);
    CHECK_EQ(published, publishers * publications_each);
    const auto topic = reading.describe_topic("news");
    CHECK_EQ(topic.epoch, epoch);
    CHECK_EQ(topic.end_offset, publishers * publications_each);
    CHECK_FALSE(subscriber.next(50ms).has_value());
    subscriber.close();
}

TEST_CASE("a durable subscription pushes again what was not acknowledged, also after a kill, and shares the rest") {
    TerndProcess ternd;
    BlockingClient client(patient_client(ternd));
    auto options = subscribing_to("jobs.>");
    options.durable = "worker";
    // Long against a flush on a busy machine: an acknowledgement that comes too late is for nothing.
    options.ack_wait = 3s;
    {
        BlockingSubscriber first(client, options);
        first.subscribe();
        for (int i = 0; i < 20; ++i) client.publish({.subject = "jobs.a", .data = std::to_string(i)});
        for (int i = 0; i < 5; ++i) {
            const auto push = first.next(long_wait);
            REQUIRE(push.has_value());
            const auto& publication = std::get<Publication>(*push);
            CHECK_FALSE(publication.handle.empty());
            if (i < 3) CHECK(first.acknowledge({publication.handle}).at(0).ok());
        }
        first.close();
    }
    ternd.kill();
    ternd.restart();

    BlockingSubscriber one(client, options);
    BlockingSubscriber other(client, options);
    std::set<std::string> done;
    const auto work = [&done](BlockingSubscriber& subscriber) {
        const auto push = subscriber.next(20ms);
        if (!push) return;
        const auto& publication = std::get<Publication>(*push);
        if (subscriber.acknowledge({publication.handle}).at(0).ok()) done.insert(publication.data);
    };
    const auto waiting = [&client] { return client.list_subscriptions("jobs", {}).subscriptions.at(0).waiting; };
    const auto until = std::chrono::steady_clock::now() + long_wait;
    while ((done.size() < 17 || waiting() > 0) && std::chrono::steady_clock::now() < until) {
        work(one);
        work(other);
    }
    CHECK_EQ(done.size(), 17);
    CHECK_FALSE(done.contains("0"));
    CHECK(done.contains("3"));
    CHECK(done.contains("19"));
    CHECK_EQ(waiting(), 0);
    one.close();
    other.close();
}

TEST_CASE("presence: members come and go") {
    TerndProcess ternd;
    BlockingClient client(patient_client(ternd));
    client.create_topic("room", {.presence = PresenceMode::subscribers});
    auto watching = subscribing_to("room.>");
    watching.presence = true;
    BlockingSubscriber watcher(client, watching);
    CHECK(next_presence(watcher).complete);

    BlockingClient other(patient_client(ternd));
    auto being = subscribing_to("room.>");
    being.member = "ada";
    being.member_state = "busy";
    BlockingSubscriber member(other, being);
    member.subscribe();
    const auto joined = next_presence(watcher);
    REQUIRE_EQ(joined.joined.size(), 1);
    CHECK_EQ(joined.joined[0].member, "ada");
    CHECK_EQ(joined.joined[0].state, "busy");
    const auto there = client.describe_presence("room");
    CHECK_EQ(there.count, 1);

    member.set_member_state("away");
    CHECK_EQ(next_presence(watcher).updated.at(0).state, "away");
    member.close();
    CHECK(next_presence(watcher).left == std::vector<std::string>{"ada"});
    CHECK_EQ(client.describe_presence("room").count, 0);
    watcher.close();
}

TEST_CASE("a subscriber that is slower than the publishers catches up from the history") {
    TerndProcess ternd;
    BlockingClient publishing(patient_client(ternd));
    BlockingClient reading(patient_client(ternd));
    auto options = subscribing_to("load");
    options.waiting_bytes_max = 64u << 10;
    BlockingSubscriber subscriber(reading, options);
    subscriber.subscribe();
    const std::string filling(1'000, 'x');
    std::vector<NewPublication> batch(100, {.subject = "load", .data = filling});
    for (int i = 0; i < 20; ++i) publishing.publish_batch(batch);

    for (std::uint64_t offset = 0; offset < 2'000; ++offset) {
        const auto push = subscriber.next(long_wait);
        REQUIRE(push.has_value());
        REQUIRE(std::holds_alternative<Publication>(*push));
        CHECK_EQ(std::get<Publication>(*push).offset, offset);
    }
    subscriber.close();
}

TEST_CASE("a deleted topic ends its subscriptions") {
    TerndProcess ternd;
    BlockingClient client(patient_client(ternd));
    client.create_topic("gone");
    BlockingSubscriber subscriber(client, subscribing_to("gone"));
    subscriber.subscribe();
    client.delete_topic("gone");

    try {
        subscriber.next(long_wait);
        FAIL("the subscription goes on");
    } catch (const Error& error) {
        CHECK_EQ(error.status(), Status::topic_does_not_exist);
    }
}

}  // namespace tern
