#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

TEST_SUITE("heartbeats that wait") {
    TEST_CASE_FIXTURE(GroupFixture, "a heartbeat that waits is answered when a partition is granted") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        heartbeat(one);
        CHECK(run({{100, beating(two, 3s)}}).empty());

        const auto completions = run({{101, beating(one)}});

        REQUIRE_EQ(completions.size(), 2);
        CHECK_EQ(completions[0].ticket.request, 100);
        CHECK_EQ(consumer_of(completions[0].answer).owned, Partitions{{"clicks", {1}}});
    }

    TEST_CASE_FIXTURE(GroupFixture, "it is answered when another comes who is to have something") {
        create_stream("clicks", 2);
        const auto one = join({"clicks"});
        CHECK(run({{100, beating(one, 3s)}}).empty());

        const auto completions = run({{101, joining({"clicks"})}});

        REQUIRE_EQ(completions.size(), 2);
        CHECK_EQ(completions[0].ticket.request, 100);
        CHECK_EQ(consumer_of(completions[0].answer).owned, Partitions{{"clicks", {0}}});
    }

    TEST_CASE_FIXTURE(GroupFixture, "who does not know its assignment does not wait") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        one.generation = 0;
        CHECK_EQ(run({{100, beating(one, 3s)}}).size(), 1);

        one.generation = 1000;
        CHECK_EQ(run({{101, beating(one, 3s)}}).size(), 1);
    }

    TEST_CASE_FIXTURE(GroupFixture, "it waits for a third of the session timeout at most") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        CHECK(run({{100, beating(one, 9s)}}).empty());
        CHECK_EQ(engine().next_deadline(), now + 3333ms);

        now = now + 3332ms;
        CHECK(run({}).empty());
        now = now + 1ms;
        const auto completions = run({});

        REQUIRE_EQ(completions.size(), 1);
        CHECK_EQ(consumer_of(completions[0].answer).owned, one.owned);
        CHECK_EQ(call(beating(one, -1ms)).status, Errc::wait_invalid);
    }

    TEST_CASE_FIXTURE(GroupFixture, "the next heartbeat of a member ends the wait of the one before") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        CHECK(run({{100, beating(one, 3s)}}).empty());

        const auto completions = run({{101, beating(one, 3s)}});

        REQUIRE_EQ(completions.size(), 1);
        CHECK_EQ(completions[0].ticket.request, 100);
        CHECK_EQ(completions[0].answer.status, Errc::ok);
    }

    TEST_CASE_FIXTURE(GroupFixture, "it can be cancelled, and is forgotten with its session") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        CHECK(run({{100, beating(one, 3s)}}).empty());
        const auto cancelled = run({{101, CancelWait{100}}});
        REQUIRE_EQ(cancelled.size(), 1);
        CHECK_EQ(cancelled[0].answer.status, Errc::cancelled);

        CHECK(run({{102, beating(one, 3s)}}).empty());
        CHECK(run({{103, EndSession{}}}).empty());
        now = now + 5s;
        CHECK(run({}).empty());
    }

    TEST_CASE_FIXTURE(GroupFixture, "a member that leaves or is silent too long is told so") {
        create_stream("clicks", 1);
        auto command = joining({"clicks"});
        command.session_timeout = 1s;
        const auto one = consumer_of(call(command));
        CHECK(run({{100, beating(one, 300ms)}}).empty());

        const auto completions = run({{101, LeaveGroup{group, one.member}}});

        REQUIRE_EQ(completions.size(), 2);
        CHECK_EQ(completions[0].answer.status, Errc::group_member_unknown);
        CHECK_EQ(completions[1].answer.status, Errc::ok);
    }

    TEST_CASE_FIXTURE(GroupFixture, "while nothing can be written waits end and sessions do not") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        CHECK(run({{100, beating(one, 3s)}}).empty());
        now = now + 11s;

        std::vector<Completion> completions;
        engine().end_overdue_waits(now, completions);

        REQUIRE_EQ(completions.size(), 1);
        CHECK_EQ(consumer_of(completions[0].answer).owned, one.owned);
        idle();
        CHECK_EQ(heartbeat_refusal(one), Errc::ok);
    }
}

TEST_SUITE("groups and restarts") {
    TEST_CASE_FIXTURE(GroupFixture, "a broker restart keeps members, generations and assignments") {
        create_stream("clicks", 4);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        settle({&one, &two});
        const auto before = describe_group();
        restart();
        idle();

        const auto after = describe_group();
        CHECK_EQ(after.summary.generation, before.summary.generation);
        CHECK_EQ(after.members.at(0).assigned, before.members.at(0).assigned);
        CHECK(run({{100, beating(one, 3s)}}).empty());
        CHECK_EQ(commit(two, "clicks", 3, 8), Errc::ok);
        CHECK_EQ(hear(two).owned, two.owned);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a hand-over goes on after a restart where it was") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        heartbeat(one);
        restart();

        heartbeat(two);
        CHECK(two.owned.empty());
        heartbeat(one);
        heartbeat(two);

        CHECK_EQ(two.owned, Partitions{{"clicks", {1}}});
    }

    TEST_CASE_FIXTURE(GroupFixture, "after a restart each member has its whole session timeout") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        settle({&one, &two});
        now = now + 9s;
        restart();
        idle();
        advance(9s);
        heartbeat(one);
        advance(1s);

        heartbeat(one);
        CHECK_EQ(one.owned, Partitions{{"clicks", {0, 1}}});
        CHECK_EQ(heartbeat_refusal(two), Errc::group_member_unknown);
    }

    TEST_CASE("a restart finds the members of many groups a few at a time") {
        GroupFixture fixture(EngineLimits{.due_work_per_batch = 2});
        fixture.create_stream("clicks", 1);
        for (int number = 0; number < 9; ++number) {
            fixture.group.name = "group-" + std::to_string(number);
            fixture.join({"clicks"});
        }
        fixture.restart();
        for (int batch = 0; batch < 6; ++batch) fixture.run({});
        CHECK_EQ(fixture.engine().next_deadline(), fixture.now + 10s);
        fixture.advance(10s);

        CHECK_EQ(fixture.rows(store::Table::group_members), 0);
        CHECK_EQ(fixture.engine().counters().group_sessions_expired, 9);
    }

    TEST_CASE("a stream that grows tells its groups a few at a time") {
        GroupFixture fixture(EngineLimits{.due_work_per_batch = 2});
        fixture.create_stream("clicks", 1);
        std::vector<Consumer> consumers;
        for (int number = 0; number < 5; ++number) {
            fixture.group.name = "group-" + std::to_string(number);
            consumers.push_back(fixture.join({"clicks"}));
        }
        fixture.grow_stream("clicks", 2);
        CHECK_LE(*fixture.engine().next_deadline(), fixture.now);
        fixture.idle();

        for (int number = 0; number < 5; ++number) {
            fixture.group.name = "group-" + std::to_string(number);
            const auto& consumer = consumers[static_cast<std::size_t>(number)];
            CHECK_EQ(fixture.hear(consumer).owned, Partitions{{"clicks", {0, 1}}});
        }
    }
}
