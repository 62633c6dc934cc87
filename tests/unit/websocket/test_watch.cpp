#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/frontends/websocket/close_codes.hpp"
#include "broker/frontends/websocket/watch.hpp"

using namespace tern;
using namespace tern::websocket;

namespace {

/// A connection and its seconds, which pass when they are told to.
struct WatchFixture {
    explicit WatchFixture(bool json = true) : watch(json, 100) { pass(1); }

    Watch watch;
    WatchedState state{.open = true, .greeted = true, .bytes_in = 200};
    std::uint32_t now = 0;
    /// When what was done: "25 ping".
    std::vector<std::string> done;

    WatchActions second() {
        ++now;
        const auto actions = watch.on_second_passed(state);
        const auto note = [&](const std::string& what) { done.push_back(std::to_string(now) + " " + what); };
        if (actions.cut) note("cut");
        if (actions.close) note("close " + std::to_string(actions.close->code));
        if (actions.ping) note("ping");
        if (actions.ping_line) note("line");
        if (actions.close) state.closing = true;
        return actions;
    }
    void pass(std::uint32_t seconds) {
        for (; seconds > 0; --seconds) second();
    }
    void speak() { ++state.bytes_in; }
};

using Done = std::vector<std::string>;

}  // namespace

TEST_CASE("a silent peer is pinged after 25 seconds, and closed with 4002 the third time") {
    WatchFixture frames(false);

    frames.pass(75);

    CHECK_EQ(frames.done, Done{"26 ping", "51 ping", "76 close 4002"});
}

TEST_CASE_FIXTURE(WatchFixture, "who answers a ping is alive") {
    for (int round = 0; round < 10; ++round) {
        pass(25);
        speak();
        pass(1);
    }

    std::size_t pings = 0;
    for (const auto& each : done) {
        CHECK_EQ(each.find("close"), std::string::npos);
        pings += each.ends_with(" ping") ? 1 : 0;
    }
    CHECK_EQ(pings, 10);
}

TEST_CASE_FIXTURE(WatchFixture, "the answer to the second ping comes in time, up to the last second") {
    pass(74);
    speak();
    pass(1);
    CHECK_FALSE(state.closing);

    pass(74);
    CHECK_FALSE(state.closing);
    pass(1);

    CHECK(state.closing);
    CHECK_EQ(done.back(), "151 close 4002");
}

TEST_CASE_FIXTURE(WatchFixture, "a client of JSON gets a line every 25 seconds, however much it says itself") {
    for (int second = 0; second < 100; ++second) {
        speak();
        pass(1);
    }

    CHECK_EQ(done, Done{"25 line", "50 line", "75 line", "100 line"});
}

TEST_CASE_FIXTURE(WatchFixture, "who reads nothing for 60 seconds is closed with 4001, once, and then cut") {
    state.has_output = true;
    for (int second = 0; second < 66; ++second) {
        speak();
        pass(1);
    }

    CHECK_EQ(done, Done{"25 line", "50 line", "61 close 4001", "67 cut"});
}

TEST_CASE_FIXTURE(WatchFixture, "who reads a little now and then may go on") {
    state.has_output = true;
    for (int second = 0; second < 300; ++second) {
        speak();
        if (second % 50 == 0) ++state.bytes_out;
        pass(1);
    }

    CHECK_FALSE(state.closing);
}

TEST_CASE_FIXTURE(WatchFixture, "more requests in a second than the limit: 4003; as many as the limit are fine") {
    for (int second = 0; second < 5; ++second) {
        state.requests += 100;
        speak();
        pass(1);
    }
    CHECK_EQ(done, Done{});
    state.requests += 101;

    pass(1);

    CHECK_EQ(done, Done{"7 close 4003"});
}

TEST_CASE_FIXTURE(WatchFixture, "a handshake may take 10 seconds, and a hello as long") {
    state.open = false;
    pass(9);
    CHECK_EQ(done, Done{});
    pass(1);
    CHECK_EQ(done, Done{"11 cut"});

    WatchFixture hello;
    hello.state.greeted = false;
    hello.pass(9);
    CHECK_EQ(hello.done, Done{});
    hello.pass(1);

    CHECK_EQ(hello.done, Done{"11 close 4500"});
}

TEST_CASE_FIXTURE(WatchFixture, "who does not answer a close within 5 seconds is cut") {
    state.closing = true;
    pass(5);
    CHECK_EQ(done, Done{});

    pass(1);

    CHECK_EQ(done, Done{"7 cut"});
}

TEST_CASE("each fault has its close code: below 4500 a client comes back") {
    CHECK_EQ(close_code_of(Errc::subscriber_too_slow), 4001);
    CHECK_EQ(close_code_of(Errc::shutting_down), 4000);
    CHECK_EQ(close_code_of(Errc::frame_too_large), 1009);
    CHECK_EQ(close_code_of(Errc::malformed_frame), 4500);
}
