#include <fmt/format.h>

#include "tests/unit/native/subscription_fixture.hpp"

namespace tern::native {

TEST_CASE_FIXTURE(SubscriptionFixture,
                  "a live subscription is told where it begins, and then what its pattern matches") {
    publish("chat.a");
    subscribe(5, to("chat.a"));
    publish("chat.a", "one");
    publish("chat.b", "other");
    publish("chat.a", "two");

    CHECK(read() == Lines{"5 subscribed chat @1", "5 pub chat.a @1 one", "5 pub chat.a @3 two"});
    CHECK_EQ(counters.pushes.value(), 2);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "the topic is ensured first, and its refusal is that of the subscription") {
    REQUIRE_EQ(subscriptions->subscribe(5, to("chat.a")).status, Errc::ok);
    CHECK_EQ(std::get<engine::EnsureTopic>(asked.at(0).command).topic.name, "chat");
    CHECK(hub.watched());
    answer({Errc::topic_does_not_exist, "chat", {}});

    CHECK(read() == Lines{"5 refused topic_does_not_exist (chat)"});
    CHECK_FALSE(hub.watched());
}

TEST_CASE_FIXTURE(SubscriptionFixture, "what is not valid is refused before anything is asked") {
    auto member = to("chat.a");
    member.presence.member = "\xff";
    auto filter = to("chat.a");
    filter.filter_policy = "{";
    auto durable = to("chat.a");
    durable.durable.name = "d";
    durable.start.from = StartFrom::earliest;

    CHECK_EQ(subscriptions->subscribe(1, to("chat..a")).status, Errc::pattern_invalid);
    CHECK_EQ(subscriptions->subscribe(1, std::move(member)).status, Errc::member_invalid);
    CHECK_EQ(subscriptions->subscribe(1, std::move(filter)).status, Errc::filter_policy_invalid);
    CHECK_EQ(subscriptions->subscribe(1, std::move(durable)).status, Errc::subscription_setting_invalid);
    CHECK(asked.empty());
}

TEST_CASE_FIXTURE(SubscriptionFixture, "an id stands for one subscription at a time, and a session has so many") {
    limits.subscriptions_max = 2;
    restart();
    subscribe(1, to("chat.a"));
    CHECK_EQ(subscriptions->subscribe(1, to("chat.b")).status, Errc::subscription_exists);
    subscribe(2, to("chat.b"));
    CHECK_EQ(subscriptions->subscribe(3, to("chat.c")).status, Errc::too_many_subscriptions);

    CHECK(subscriptions->unsubscribe(1).has_value());
    subscribe(1, to("chat.c"));
    CHECK_EQ(counts.of(topic), 2);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "after unsubscribing nothing is pushed any more") {
    subscribe(1, to("chat.>"));
    CHECK(subscriptions->unsubscribe(1).has_value());
    publish("chat.a");

    CHECK(read() == Lines{"1 subscribed chat @0"});
    CHECK_EQ(subscriptions->unsubscribe(1).error(), Errc::subscription_does_not_exist);
    CHECK_FALSE(hub.watched());
    CHECK_EQ(counters.subscribers.value(), 0);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "one whose topic is still asked for can be taken back") {
    REQUIRE_EQ(subscriptions->subscribe(1, to("chat.a")).status, Errc::ok);
    CHECK(subscriptions->unsubscribe(1).has_value());
    open();

    CHECK(read() == Lines{"1 refused cancelled"});
    CHECK_FALSE(hub.watched());
    CHECK_EQ(subscriptions->size(), 0);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "from an offset the missed ones come first, then the live ones, each once") {
    for (int i = 0; i < 5; ++i) publish("chat.a", std::to_string(i));
    // Durable, and about to be told, when the subscriber reads.
    store("chat.a", "5");
    subscribe(1, from(3));
    tell();
    publish("chat.a", "6");

    CHECK(read() == Lines{"1 subscribed chat @3", "1 pub chat.a @3 3", "1 pub chat.a @4 4", "1 pub chat.a @5 5",
                          "1 pub chat.a @6 6"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "an offset that is kept no more is told as a gap") {
    for (int i = 0; i < 6; ++i) publish("chat.a", std::to_string(i));
    truncate(4);
    subscribe(1, from(1));

    CHECK(read() == Lines{"1 subscribed chat @4 not recovered", "1 gap 1 to 4 dropped 3", "1 pub chat.a @4 4",
                          "1 pub chat.a @5 5"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "an offset of another epoch means nothing: all that there is comes") {
    for (int i = 0; i < 3; ++i) publish("chat.a", std::to_string(i));
    truncate(1);
    subscribe(1, from(2, "e0"));

    CHECK(read() == Lines{"1 subscribed chat @1 not recovered", "1 pub chat.a @1 1", "1 pub chat.a @2 2"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "an offset that was not reached yet is not recovered from") {
    publish("chat.a");
    subscribe(1, from(9));

    CHECK(read() == Lines{"1 subscribed chat @1 not recovered"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "the last so many are those that the pattern matches") {
    for (int i = 0; i < 40; ++i) publish(i % 10 == 0 ? "chat.a" : "chat.b", std::to_string(i));
    auto wish = to("chat.a");
    wish.start.from = StartFrom::last;
    wish.start.last = 2;
    subscribe(1, std::move(wish));

    CHECK(read() == Lines{"1 subscribed chat @20", "1 pub chat.a @20 20", "1 pub chat.a @30 30"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "from a time, and from the earliest on") {
    for (int i = 0; i < 3; ++i) {
        publish("chat.a", std::to_string(i));
        time = time + Milliseconds(10);
    }
    auto since = to("chat.a");
    since.start.from = StartFrom::time;
    since.start.time = Timestamp(1'000'011);
    subscribe(1, std::move(since));
    CHECK(read() == Lines{"1 subscribed chat @2", "1 pub chat.a @2 2"});

    auto earliest = to("chat.a");
    earliest.start.from = StartFrom::earliest;
    subscribe(2, std::move(earliest));
    CHECK_EQ(read().size(), 4);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "retained values come before what is published, marked, and only with live") {
    publish("chat.a", "old");
    retained = {{0, time, {}, {"chat.a", "old", {}, {}, {}}}, {7, time, {}, {"chat.b", "too new", {}, {}, {}}}};
    subscribe(1, to("chat.>"));
    publish("chat.a", "new");
    subscribe(2, from(1));

    CHECK(read() == Lines{"1 subscribed chat @1", "1 pub chat.a @0 retained old", "1 pub chat.a @1 new",
                          "2 subscribed chat @1", "2 pub chat.a @1 new"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "retained values are read as there is room, however many there are") {
    for (int i = 1000; i < 3500; ++i)
        retained.push_back({0, time - 1s, {}, {fmt::format("chat.{}", i), "x", {}, {}, {}}});
    with_history = false;
    subscribe(1, to("chat.>"));
    send("chat.1000", "new", 0);
    tell();

    const auto lines = read();
    REQUIRE_EQ(lines.size(), 2502);
    CHECK_EQ(std::ranges::count(lines, "1 pub chat.1000 @0 new"), 1);
    CHECK_EQ(lines.back(), "1 pub chat.3499 @0 retained x");
}

TEST_CASE_FIXTURE(SubscriptionFixture, "what was published since a subscription began is not a last value to it") {
    with_history = false;
    retained = {{0, time - 1s, {}, {"chat.a", "before", {}, {}, {}}},
                {9, time - 1s, {}, {"chat.b", "run before", {}, {}, {}}},
                {5, time, {}, {"chat.c", "since", {}, {}, {}}}};
    subscribe(1, to("chat.>"));

    CHECK(read() ==
          Lines{"1 subscribed chat @0", "1 pub chat.a @0 retained before", "1 pub chat.b @9 retained run before"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "a filter policy holds for what is live and for what is read") {
    auto wish = from(0);
    wish.filter_policy = R"({"kind":["good"]})";
    wish.filter_scope = engine::FilterScope::body;
    publish("chat.a", R"({"kind":"bad"})");
    publish("chat.a", R"({"kind":"good"})");
    subscribe(1, std::move(wish));
    publish("chat.a", R"({"kind":"good"})");
    publish("chat.a", R"({"kind":"bad"})");

    CHECK(read() ==
          Lines{"1 subscribed chat @0", R"(1 pub chat.a @1 {"kind":"good"})", R"(1 pub chat.a @2 {"kind":"good"})"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "subscribers of one id share the rendering of a publication") {
    subscribe(1, to("chat.a"));
    Outbox other_outbox;
    SessionSubscriptions other(*this, writer, other_outbox, limits);
    REQUIRE_EQ(other.subscribe(1, to("chat.a")).status, Errc::ok);
    other.on_own_answer(1, {Errc::ok, {}, opened()});
    writer.publications_written = 0;
    publish("chat.a");

    CHECK_EQ(writer.publications_written, 1);
    CHECK_EQ(read().size(), 2);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "ephemeral publications are pushed without an offset") {
    subscribe(1, to("chat.a"));
    send("chat.a", "typing", std::nullopt);
    tell();

    CHECK(read() == Lines{"1 subscribed chat @0", "1 pub chat.a typing"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "a deleted topic ends its subscriptions") {
    subscribe(1, to("chat.a"));
    news.deleted_topics.push_back(topic);
    tell();

    CHECK(read() == Lines{"1 subscribed chat @0", "1 ended topic_does_not_exist"});
    CHECK_EQ(subscriptions->size(), 0);
    CHECK_EQ(counters.subscribers.value(), 0);
    CHECK_FALSE(hub.watched());
}

TEST_CASE_FIXTURE(SubscriptionFixture, "a history that cannot be read ends the subscription with the reason") {
    for (int i = 0; i < 3; ++i) publish("chat.a");
    limits.replay_bytes_max = 1;
    restart();
    subscribe(1, from(0));
    reading_refusal = Errc::storage_damaged;

    const auto lines = read();
    CHECK_EQ(lines.back(), "1 ended storage_damaged");
    CHECK_EQ(counters.subscribers_behind.value(), 0);
}

TEST_CASE_FIXTURE(SubscriptionFixture, "without a history an offset can be gone on from only at the end") {
    with_history = false;
    start = 4;
    subscribe(1, from(4));
    subscribe(2, from(2));
    send("chat.a", "x", 4);
    tell();

    CHECK(read() == Lines{"1 subscribed chat @4", "2 subscribed chat @4 not recovered", "2 gap 2 to 4 dropped 2",
                          "1 pub chat.a @4 x", "2 pub chat.a @4 x"});
}

TEST_CASE_FIXTURE(SubscriptionFixture, "catching up needs a history") {
    with_history = false;
    auto wish = to("chat.a");
    wish.slow_policy = SlowPolicy::catch_up;
    subscribe(1, std::move(wish));

    CHECK(read() == Lines{"1 refused topic_has_no_history"});
    CHECK_EQ(counters.subscribers.value(), 0);
}

}  // namespace tern::native
