#include <doctest/doctest.h>

#include "broker/runtime/presence_book.hpp"

namespace tern::runtime {

namespace {

struct PresenceBookFixture {
    static constexpr std::uint32_t topic = 3;

    void enter(const std::string& member, const std::string& state = {}) { book.enter(topic, member, state, now); }
    void leave(const std::string& member) { book.leave(topic, member, now); }
    void lose(const std::string& member) { book.lose(topic, member, now); }
    /// What is told until so much later.
    PresenceChange pass(Milliseconds duration) {
        now = now + duration;
        auto changes = book.take_due(now);
        return changes.empty() ? PresenceChange{} : std::move(changes.at(0).second);
    }
    std::uint32_t connections(const std::string& member) {
        for (const auto& one : book.members(topic, 100)) {
            if (one.member == member) return one.connections;
        }
        return 0;
    }

    PresenceBook book;
    Timestamp now{1'000};
};

constexpr auto one_interval_later = PresenceBook::interval;
constexpr auto after_the_grace = PresenceBook::grace + PresenceBook::interval;

}  // namespace

TEST_CASE_FIXTURE(PresenceBookFixture, "changes are told together, after a while") {
    enter("anna", "s");
    CHECK(pass(one_interval_later - Milliseconds(1)).empty());
    enter("ben");
    const auto change = pass(Milliseconds(1));

    REQUIRE_EQ(change.joined.size(), 2);
    CHECK_EQ(change.joined[0], PresenceMember{"anna", "s", 1, Timestamp(1'000)});
    CHECK(pass(one_interval_later).empty());
    CHECK_FALSE(book.next_deadline().has_value());
}

TEST_CASE_FIXTURE(PresenceBookFixture, "who comes and goes between two tellings is not mentioned") {
    enter("anna");
    leave("anna");
    CHECK(pass(one_interval_later).empty());
    CHECK_EQ(book.count(), 0);
}

TEST_CASE_FIXTURE(PresenceBookFixture, "who was in a list between two tellings is told to have left") {
    enter("anna");
    CHECK_EQ(connections("anna"), 1);
    leave("anna");
    CHECK_EQ(pass(one_interval_later).left, std::vector<std::string>{"anna"});
}

TEST_CASE_FIXTURE(PresenceBookFixture,
                  "connections that were in a list between two tellings are told when they are gone") {
    enter("anna");
    CHECK_EQ(pass(one_interval_later).joined.size(), 1);
    enter("anna");
    CHECK_EQ(connections("anna"), 2);
    leave("anna");
    CHECK_EQ(pass(one_interval_later).updated.at(0).connections, 1);
    CHECK(pass(one_interval_later).empty());
}

TEST_CASE_FIXTURE(PresenceBookFixture, "a member with two connections leaves with the last of them") {
    enter("anna");
    enter("anna");
    CHECK_EQ(pass(one_interval_later).joined.at(0).connections, 2);
    leave("anna");
    CHECK_EQ(pass(one_interval_later).updated.at(0).connections, 1);
    leave("anna");
    CHECK_EQ(pass(one_interval_later).left, std::vector<std::string>{"anna"});
    CHECK_EQ(book.count(topic), 0);
}

TEST_CASE_FIXTURE(PresenceBookFixture, "a lost connection counts for the grace") {
    enter("anna");
    pass(one_interval_later);
    lose("anna");
    CHECK_EQ(connections("anna"), 1);
    CHECK(pass(PresenceBook::grace - Milliseconds(1)).empty());
    CHECK_EQ(book.count(), 1);
    pass(Milliseconds(1));
    CHECK_EQ(book.count(), 0);
    CHECK_EQ(pass(one_interval_later).left, std::vector<std::string>{"anna"});
}

TEST_CASE_FIXTURE(PresenceBookFixture, "who comes back within the grace was not away") {
    enter("anna");
    pass(one_interval_later);
    lose("anna");
    pass(Milliseconds(1'000));
    enter("anna");
    CHECK_EQ(connections("anna"), 1);
    CHECK(pass(one_interval_later).empty());
    CHECK(pass(after_the_grace).empty());
    CHECK_EQ(connections("anna"), 1);
}

TEST_CASE_FIXTURE(PresenceBookFixture, "of two that are lost each is forgiven once") {
    enter("anna");
    enter("anna");
    pass(one_interval_later);
    lose("anna");
    pass(Milliseconds(1'000));
    lose("anna");
    enter("anna");
    CHECK_EQ(connections("anna"), 2);
    pass(after_the_grace);
    pass(one_interval_later);
    CHECK_EQ(connections("anna"), 1);
}

TEST_CASE_FIXTURE(PresenceBookFixture, "a state is told when it changes") {
    enter("anna", "a");
    pass(one_interval_later);
    book.set_state(topic, "anna", "a", now);
    CHECK(pass(one_interval_later).empty());
    book.set_state(topic, "anna", "b", now);
    CHECK_EQ(pass(one_interval_later).updated.at(0).state, "b");
    book.set_state(topic, "nobody", "b", now);
    CHECK(pass(one_interval_later).empty());
}

TEST_CASE_FIXTURE(PresenceBookFixture, "a topic that is gone takes its members with it") {
    enter("anna");
    lose("anna");
    book.forget(topic);
    CHECK_EQ(book.count(), 0);
    CHECK(pass(after_the_grace).empty());
    leave("anna");
    CHECK(pass(one_interval_later).empty());
}

}  // namespace tern::runtime
