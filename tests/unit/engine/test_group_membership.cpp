#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

TEST_SUITE("group membership") {
    TEST_CASE_FIXTURE(GroupFixture, "the first member is given everything") {
        create_stream("clicks", 3);
        create_stream("orders", 1);

        const auto one = join({"orders", "clicks", "orders"});

        CHECK_EQ(one.member.size(), 16);
        CHECK_EQ(one.owned, Partitions{{"clicks", {0, 1, 2}}, {"orders", {0}}});
        CHECK(one.settled);
        CHECK_EQ(state(), GroupState::stable);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a partition goes to its new owner only after the old one has let it go") {
        create_stream("clicks", 4);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        CHECK(two.owned.empty());
        CHECK_FALSE(two.settled);
        CHECK_EQ(state(), GroupState::rebalancing);

        const auto told = hear(one);
        CHECK_EQ(told.owned, Partitions{{"clicks", {0, 1}}});
        heartbeat(two);
        CHECK(two.owned.empty());

        // The first has seen that it should stop, but is still at work on one of them.
        one = told;
        one.owned = {{"clicks", {0, 1, 3}}};
        hear(one);
        heartbeat(two);
        CHECK_EQ(two.owned, Partitions{{"clicks", {2}}});
        CHECK_FALSE(two.settled);

        one.owned = {{"clicks", {0, 1}}};
        hear(one);
        heartbeat(two);
        CHECK_EQ(two.owned, Partitions{{"clicks", {2, 3}}});
        CHECK(two.settled);
        CHECK_EQ(state(), GroupState::stable);
    }

    TEST_CASE_FIXTURE(GroupFixture, "who does not know its assignment lets nothing go") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});

        // Sent before it learned that it should stop: it may begin what it was told earlier.
        one.owned = {};
        const auto told = hear(one);
        heartbeat(two);

        CHECK(two.owned.empty());
        one = told;
        hear(one);
        heartbeat(two);
        CHECK_EQ(two.owned, Partitions{{"clicks", {1}}});
    }

    TEST_CASE_FIXTURE(GroupFixture, "a member that leaves frees its partitions at once") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        settle({&one, &two});

        CHECK_EQ(leave(one), Errc::ok);
        heartbeat(two);

        CHECK_EQ(two.owned, Partitions{{"clicks", {0, 1}}});
        CHECK_EQ(heartbeat_refusal(one), Errc::group_member_unknown);
        CHECK_EQ(leave(one), Errc::group_member_unknown);
        CHECK_EQ(leave(two), Errc::ok);
        CHECK_EQ(state(), GroupState::empty);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a silent member's session expires and its partitions go to others") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        settle({&one, &two});

        advance(9s);
        heartbeat(two);
        advance(999ms);
        CHECK_EQ(describe_group().members.size(), 2);
        advance(1ms);
        CHECK_EQ(describe_group().members.size(), 1);
        heartbeat(two);

        CHECK_EQ(two.owned, Partitions{{"clicks", {0, 1}}});
        CHECK_EQ(heartbeat_refusal(one), Errc::group_member_unknown);
        CHECK_EQ(commit(one, "clicks", 0, 1), Errc::group_member_unknown);
        CHECK_EQ(engine().counters().group_sessions_expired, 1);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a member that joins again keeps its id and its partitions") {
        create_stream("clicks", 2);
        create_stream("orders", 1);
        auto one = join({"clicks"});

        auto again = joining({"clicks", "orders"});
        again.member = one.member;
        const auto joined = consumer_of(call(again));

        CHECK_EQ(joined.member, one.member);
        CHECK_EQ(joined.owned, Partitions{{"clicks", {0, 1}}, {"orders", {0}}});
        again.member = "0123456789abcdef";
        CHECK_EQ(join_refusal(again), Errc::group_member_unknown);
        again.member = "somebody";
        CHECK_EQ(join_refusal(again), Errc::group_member_unknown);
    }

    TEST_CASE_FIXTURE(GroupFixture, "who no longer wants a stream gives its partitions up like others") {
        create_stream("clicks", 1);
        create_stream("orders", 1);
        auto one = join({"clicks", "orders"});
        auto again = joining({"orders"});
        again.member = one.member;

        const auto told = consumer_of(call(again));

        CHECK_EQ(told.owned, Partitions{{"orders", {0}}});
        CHECK_EQ(describe_group().members.at(0).assigned, Partitions{{"clicks", {0}}, {"orders", {0}}});
        hear(told);
        CHECK_EQ(describe_group().members.at(0).assigned, Partitions{{"orders", {0}}});
        CHECK_EQ(state(), GroupState::stable);
    }

    TEST_CASE_FIXTURE(GroupFixture, "streams that are created, grow or go are noticed") {
        auto one = join({"clicks", "orders"});
        CHECK(one.owned.empty());
        CHECK(one.settled);

        create_stream("clicks", 1);
        heartbeat(one);
        CHECK_EQ(one.owned, Partitions{{"clicks", {0}}});

        grow_stream("clicks", 3);
        create_stream("orders", 1);
        heartbeat(one);
        CHECK_EQ(one.owned, Partitions{{"clicks", {0, 1, 2}}, {"orders", {0}}});

        delete_stream("clicks");
        heartbeat(one);
        CHECK_EQ(one.owned, Partitions{{"orders", {0}}});
        CHECK_EQ(state(), GroupState::stable);

        create_stream("clicks", 2);
        heartbeat(one);
        CHECK_EQ(one.owned, Partitions{{"clicks", {0, 1}}, {"orders", {0}}});
    }

    TEST_CASE_FIXTURE(GroupFixture, "with the range strategy equal numbers of streams meet at one member") {
        create_stream("clicks", 3);
        create_stream("orders", 3);
        auto command = joining({"clicks", "orders"});
        command.strategy = AssignmentStrategy::range;
        auto one = consumer_of(call(command));
        auto two = consumer_of(call(command));
        settle({&one, &two});

        const Partitions larger{{"clicks", {0, 1}}, {"orders", {0, 1}}};
        const Partitions smaller{{"clicks", {2}}, {"orders", {2}}};
        CHECK_EQ(one.member < two.member ? one.owned : two.owned, larger);
        CHECK_EQ(one.member < two.member ? two.owned : one.owned, smaller);
        CHECK_EQ(describe_group().summary.strategy, AssignmentStrategy::range);
    }

    TEST_CASE_FIXTURE(GroupFixture, "all members use one strategy") {
        const auto one = join({"clicks"});
        auto other = joining({"clicks"});
        other.strategy = AssignmentStrategy::range;
        CHECK_EQ(join_refusal(other), Errc::group_strategy_differs);

        leave(one);

        CHECK_EQ(join_refusal(other), Errc::ok);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a join that cannot be is refused") {
        auto command = joining({});
        CHECK_EQ(join_refusal(command), Errc::group_subscription_invalid);
        command.streams.assign(101, "clicks");
        CHECK_EQ(join_refusal(command), Errc::group_subscription_invalid);
        command.streams = {"a b"};
        CHECK_EQ(join_refusal(command), Errc::stream_name_invalid);
        command.streams = {"clicks"};
        command.session_timeout = 999ms;
        CHECK_EQ(join_refusal(command), Errc::session_timeout_invalid);
        command.session_timeout = 1801s;
        CHECK_EQ(join_refusal(command), Errc::session_timeout_invalid);
        command.session_timeout = 10s;
        command.instance = "a b";
        CHECK_EQ(join_refusal(command), Errc::instance_id_invalid);
        command.instance = {};
        command.group.name = "";
        CHECK_EQ(join_refusal(command), Errc::group_name_invalid);
        command.group.name = std::string(250, 'a');
        CHECK_EQ(join_refusal(command), Errc::group_name_invalid);
        command.group = {"a b", "readers"};
        CHECK_EQ(join_refusal(command), Errc::namespace_invalid);
        command.group = group;
        command.member = "0123456789abcdef";
        CHECK_EQ(join_refusal(command), Errc::group_member_unknown);

        CHECK_EQ(rows(store::Table::groups), 0);
        CHECK_EQ(rows(store::Table::agenda), 0);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a group has up to a thousand members, who may all come at once") {
        create_stream("clicks", 1024);
        std::vector<std::pair<std::uint64_t, Command>> joins;
        for (std::uint64_t request = 1; request <= 1001; ++request) joins.emplace_back(request, joining({"clicks"}));

        std::size_t partitions = 0;
        std::size_t refused = 0;
        for (const auto& completion : run(joins)) {
            if (completion.answer.status == Errc::too_many_members) {
                ++refused;
                continue;
            }
            for (const auto& set : consumer_of(completion.answer).owned) partitions += set.partitions.size();
        }

        CHECK_EQ(refused, 1);
        CHECK_EQ(partitions, 1024);
        CHECK_EQ(engine().counters().group_rebalances, 1);
        CHECK_EQ(describe_group().summary.members, 1000);
    }

    TEST_CASE("there are as many groups as allowed") {
        GroupFixture fixture(EngineLimits{.groups_max = 1});
        fixture.create_stream("clicks", 1);
        fixture.join({"clicks"});
        fixture.join({"clicks"});
        fixture.group.name = "others";

        CHECK_EQ(fixture.join_refusal(fixture.joining({"clicks"})), Errc::too_many_groups);
        CHECK_EQ(fixture.commit("clicks", 0, 1), Errc::too_many_groups);
    }
}

TEST_SUITE("static members") {
    TEST_CASE_FIXTURE(GroupFixture, "whoever joins with an instance id takes over what was assigned to it") {
        create_stream("clicks", 4);
        auto one = join({"clicks"}, "host-1");
        auto two = join({"clicks"}, "host-2");
        settle({&one, &two});

        auto next = join({"clicks"}, "host-1");

        CHECK_NE(next.member, one.member);
        CHECK_EQ(next.owned, one.owned);
        CHECK(next.settled);
        heartbeat(two);
        CHECK_EQ(two.owned, Partitions{{"clicks", {2, 3}}});
        CHECK_EQ(describe_group().members.size(), 2);
        CHECK_EQ(engine().counters().group_rebalances, 2);
    }

    TEST_CASE_FIXTURE(GroupFixture, "the earlier process is fenced, also after a restart of the broker") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"}, "host-1");
        const auto two = join({"clicks"}, "host-1");
        restart();

        CHECK_EQ(heartbeat_refusal(one), Errc::group_member_fenced);
        CHECK_EQ(commit(one, "clicks", 0, 5), Errc::group_member_fenced);
        CHECK_EQ(leave(one), Errc::group_member_fenced);
        auto again = joining({"clicks"}, "host-1");
        again.member = one.member;
        CHECK_EQ(join_refusal(again), Errc::group_member_fenced);
        CHECK_EQ(commit(two, "clicks", 0, 5), Errc::ok);
    }

    TEST_CASE_FIXTURE(GroupFixture, "the earlier process' waiting heartbeat tells it that it is fenced") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"}, "host-1");
        CHECK(run({{100, beating(one, 3s)}}).empty());

        const auto completions = run({{101, joining({"clicks"}, "host-1")}});

        REQUIRE_EQ(completions.size(), 2);
        CHECK_EQ(completions[0].ticket.request, 100);
        CHECK_EQ(completions[0].answer.status, Errc::group_member_fenced);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a static member that joins again by its id stays who it is") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"}, "host-1");
        auto again = joining({"clicks"}, "host-1");
        again.member = one.member;

        CHECK_EQ(consumer_of(call(again)).member, one.member);
        again.instance = "host-2";
        CHECK_EQ(join_refusal(again), Errc::group_member_unknown);
    }

    TEST_CASE_FIXTURE(GroupFixture, "two processes with one instance id in one batch: the later one is it") {
        create_stream("clicks", 1);

        const auto completions = run({{1, joining({"clicks"}, "host-1")}, {2, joining({"clicks"}, "host-1")}});

        REQUIRE_EQ(completions.size(), 2);
        CHECK_EQ(completions[0].answer.status, Errc::group_member_fenced);
        CHECK_EQ(consumer_of(completions[1].answer).owned, Partitions{{"clicks", {0}}});
    }
}
