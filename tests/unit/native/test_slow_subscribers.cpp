#include "tests/unit/native/subscription_fixture.hpp"

namespace tern::native {

namespace {

const std::string kilobyte(1024, 'k');

struct SlowSubscriberFixture : SubscriptionFixture {
    SlowSubscriberFixture() {
        limits.bytes_max = 16u << 10;
        limits.replay_bytes_max = 8u << 10;
        restart();
    }
    void subscribe_slowly(SlowPolicy policy) {
        auto wish = to("chat.>");
        wish.slow_policy = policy;
        subscribe(1, std::move(wish));
    }
    /// The offsets that were pushed, in order; the number behind "gap" as a negative one.
    static std::vector<int> offsets(const Lines& lines) {
        std::vector<int> offsets;
        for (const auto& line : lines) {
            if (line.starts_with("1 pub")) offsets.push_back(std::stoi(line.substr(line.find('@') + 1)));
            if (line.starts_with("1 gap")) offsets.push_back(-std::stoi(line.substr(line.find("dropped") + 8)));
        }
        return offsets;
    }
    /// Where they end, begun at 0; -1 when one is neither there nor in a gap.
    static int end_of(const std::vector<int>& offsets) {
        int next = 0;
        for (const auto offset : offsets) {
            if (offset >= 0 && offset != next) return -1;
            next = offset < 0 ? next - offset : offset + 1;
        }
        return next;
    }
};

}  // namespace

TEST_CASE_FIXTURE(SlowSubscriberFixture, "who does not read falls behind, costs no more memory, and catches up") {
    subscribe_slowly(SlowPolicy::catch_up);
    for (int i = 0; i < 1000; ++i) publish("chat.a", kilobyte);

    CHECK_LE(outbox.bytes(), limits.bytes_max + 2048);
    CHECK_EQ(counters.subscribers_behind.value(), 1);
    CHECK_GT(counters.pushes_postponed.value(), 900);

    const auto got = offsets(read());
    REQUIRE_EQ(got.size(), 1000);
    for (int i = 0; i < 1000; ++i) CHECK_EQ(got[static_cast<std::size_t>(i)], i);
    CHECK_EQ(counters.subscribers_behind.value(), 0);
    publish("chat.a");
    CHECK_EQ(offsets(read()), std::vector<int>{1000});
}

TEST_CASE_FIXTURE(SlowSubscriberFixture, "what retention removed meanwhile is told as a gap") {
    subscribe_slowly(SlowPolicy::catch_up);
    for (int i = 0; i < 100; ++i) publish("chat.a", kilobyte);
    truncate(90);

    const auto got = offsets(read());
    CHECK_EQ(end_of(got), 100);
    CHECK(std::ranges::count_if(got, [](int offset) { return offset < 0; }) == 1);
}

TEST_CASE_FIXTURE(SlowSubscriberFixture,
                  "dropping what is oldest keeps the newest, in bounded memory, and tells how many") {
    with_history = false;
    subscribe_slowly(SlowPolicy::drop_oldest);
    for (int i = 0; i < 1000; ++i) {
        send("chat.a", kilobyte, static_cast<std::uint64_t>(i));
        tell();
    }

    CHECK_LE(outbox.bytes(), limits.bytes_max + 2048);
    const auto got = offsets(read());
    CHECK_LE(got.size(), 40);
    CHECK_EQ(got.back(), 999);
    CHECK_EQ(end_of(got), 1000);
    CHECK_GT(counters.pushes_dropped.value(), 900);
    send("chat.a", "x", 1000);
    tell();
    CHECK_EQ(offsets(read()), std::vector<int>{1000});
}

TEST_CASE_FIXTURE(SlowSubscriberFixture, "who is to be disconnected is told why, and ends the session") {
    subscribe_slowly(SlowPolicy::disconnect);
    for (int i = 0; i < 20; ++i) publish("chat.a", kilobyte);

    CHECK_EQ(subscriptions->fault(), Errc::subscriber_too_slow);
    CHECK_EQ(read().back(), "1 ended subscriber_too_slow");
    CHECK_EQ(counters.subscribers_ended_slow.value(), 1);
}

TEST_CASE_FIXTURE(SlowSubscriberFixture, "a publication that no message of this form can hold is a gap of one") {
    writer.message_bytes_max = 3000;
    subscribe_slowly(SlowPolicy::catch_up);
    publish("chat.a", "a");
    publish("chat.a", std::string(4000, 'x'));
    publish("chat.a", "b");
    CHECK_EQ(offsets(read()), std::vector<int>{0, -1, 2});

    subscriptions->end_all();
    subscribe(1, from(0));
    CHECK_EQ(offsets(read()), std::vector<int>{0, -1, 2});
}

TEST_CASE_FIXTURE(SlowSubscriberFixture, "a subscription that catches up leaves others of the session their turn") {
    for (int i = 0; i < 3000; ++i) publish("chat.a", "x");
    subscribe(1, from(0));
    auto second = from(0);
    second.pattern = "chat.none";
    subscribe(2, std::move(second));

    CHECK(subscriptions->size() == 2);
    const auto lines = read();
    CHECK_EQ(offsets(lines).size(), 3000);
    CHECK(std::ranges::find(lines, "2 subscribed chat @0") != lines.end());
    CHECK_EQ(counters.subscribers_behind.value(), 0);
}

}  // namespace tern::native
