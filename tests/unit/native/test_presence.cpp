#include "tests/unit/native/subscription_fixture.hpp"

namespace tern::native {

namespace {

struct PresenceFixture : SubscriptionFixture {
    PresenceFixture() {
        with_presence = true;
        who.add_listener([this](const auto& changes) {
            for (const auto& [changed, change] : *changes) hub.deliver(changed, change);
            subscriptions->on_told();
        });
    }
    static Subscribe as(std::string member, std::string state = {}) {
        auto wish = to("chat.>");
        wish.presence = {true, std::move(member), std::move(state)};
        return wish;
    }
    void pass(Milliseconds duration) {
        time = time + duration;
        who.tell_due(time);
    }
};

}  // namespace

TEST_CASE_FIXTURE(PresenceFixture, "who subscribes under a name is there, and others are told soon") {
    subscribe(1, as("anna", "away"));
    subscribe(2, as("ben"));
    CHECK(read() == Lines{"1 subscribed chat @0 with +anna=away", "2 subscribed chat @0 with +anna=away +ben"});
    pass(Milliseconds(200));
    CHECK(read() == Lines{"1 members +anna=away +ben", "2 members +anna=away +ben"});
    CHECK_EQ(counters.presence_members.value(), 2);

    CHECK(subscriptions->set_presence({1, "here"}).has_value());
    CHECK(subscriptions->unsubscribe(2).has_value());
    pass(Milliseconds(200));
    CHECK(read() == Lines{"1 members -ben ~anna=here"});
}

TEST_CASE_FIXTURE(PresenceFixture, "who is lost and comes back within the grace was never away") {
    auto watcher = as("");
    subscribe(1, std::move(watcher));
    {
        Outbox other_outbox;
        SessionSubscriptions other(*this, writer, other_outbox, limits);
        REQUIRE_EQ(other.subscribe(1, as("ben")).status, Errc::ok);
        other.on_own_answer(1, {Errc::ok, {}, opened()});
    }
    pass(Milliseconds(200));
    CHECK(read() == Lines{"1 subscribed chat @0 with", "1 members +ben"});
    pass(Milliseconds(4'000));
    subscribe(2, as("ben"));
    pass(Milliseconds(200));
    pass(Milliseconds(6'000));
    CHECK(read() == Lines{"2 subscribed chat @0 with +ben"});
}

TEST_CASE_FIXTURE(PresenceFixture, "presence is for topics that have it, and for those who are there") {
    with_presence = false;
    subscribe(1, as("anna"));
    CHECK(read() == Lines{"1 refused presence_not_enabled"});
    subscribe(2, to("chat.a"));
    CHECK_EQ(subscriptions->set_presence({2, "x"}).error(), Errc::presence_not_enabled);
    CHECK_EQ(subscriptions->set_presence({3, "x"}).error(), Errc::subscription_does_not_exist);
}

}  // namespace tern::native
