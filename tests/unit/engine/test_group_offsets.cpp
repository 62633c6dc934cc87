#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

TEST_SUITE("group offsets") {
    TEST_CASE_FIXTURE(GroupFixture, "an offset is kept with its metadata and time") {
        create_stream("clicks", 2);
        CHECK_EQ(commit("", 0, {"clicks", 1, 42, "after lunch"}), Errc::ok);

        const auto all = offsets();
        REQUIRE_EQ(all.size(), 1);
        CHECK_EQ(all[0].stream, "clicks");
        CHECK_EQ(all[0].partition, 1);
        CHECK_EQ(all[0].offset, 42);
        CHECK_EQ(all[0].metadata, "after lunch");
        CHECK_EQ(all[0].committed_at, now);
        CHECK_EQ(all[0].start_offset, 0);
        CHECK_EQ(all[0].end_offset, 0);
    }

    TEST_CASE_FIXTURE(GroupFixture, "offsets are answered in the order they are asked for") {
        create_stream("clicks", 2);
        commit("clicks", 0, 7);

        const auto asked = offsets({{"clicks", {1, 0, 9}}, {"orders", {0}}});

        REQUIRE_EQ(asked.size(), 4);
        CHECK_FALSE(asked[0].offset.has_value());
        CHECK(asked[0].end_offset.has_value());
        CHECK_EQ(asked[1].offset, 7);
        CHECK_FALSE(asked[2].end_offset.has_value());
        CHECK_EQ(asked[3].stream, "orders");
        CHECK_FALSE(asked[3].end_offset.has_value());
        group.name = "others";
        CHECK_EQ(fetch_offsets(*store().begin_read(), group, {}, {}).error(), Errc::group_does_not_exist);
    }

    TEST_CASE_FIXTURE(GroupFixture, "each entry of a commit has its own result") {
        create_stream("clicks", 1);
        const std::string long_text(4097, 'x');

        const auto answer = call(CommitOffsets{
            group,
            "",
            0,
            {{"clicks", 0, 1, {}}, {"orders", 0, 1, {}}, {"clicks", 1, 1, {}}, {"clicks", 0, 2, long_text}}});

        CHECK_EQ(std::get<EntryResults>(answer.body).results,
                 std::vector<Errc>{Errc::ok, Errc::stream_does_not_exist, Errc::partition_does_not_exist,
                                   Errc::offset_metadata_too_long});
        CHECK_EQ(offsets().at(0).offset, 1);
        CHECK_EQ(engine().counters().offsets_committed, 1);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a commit of which nothing is stored makes no group") {
        CHECK_EQ(commit("clicks", 0, 1), Errc::stream_does_not_exist);
        CHECK_EQ(call(CommitOffsets{group, "", 0, {}}).status, Errc::batch_empty);
        CHECK_EQ(call(CommitOffsets{group, "", 0, std::vector<OffsetToCommit>(1001)}).status, Errc::batch_too_long);
        CHECK_EQ(call(CommitOffsets{group, "0123456789abcdef", 1, {{"clicks", 0, 1, {}}}}).status,
                 Errc::group_member_unknown);

        CHECK_EQ(rows(store::Table::groups), 0);
    }

    TEST_CASE_FIXTURE(GroupFixture, "while a group has members only they set its offsets") {
        create_stream("clicks", 1);
        CHECK_EQ(commit("clicks", 0, 1), Errc::ok);
        const auto one = join({"clicks"});

        CHECK_EQ(commit("clicks", 0, 2), Errc::group_not_empty);
        CHECK_EQ(commit(one, "clicks", 0, 3), Errc::ok);
        leave(one);
        CHECK_EQ(commit("clicks", 0, 0), Errc::ok);

        CHECK_EQ(offsets().at(0).offset, 0);
    }

    TEST_CASE_FIXTURE(GroupFixture, "only the member to which a partition is assigned commits its offsets") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});

        // To be given up, but not yet.
        CHECK_EQ(commit(one, "clicks", 1, 5), Errc::ok);
        CHECK_EQ(commit(two, "clicks", 1, 6), Errc::partition_not_assigned);
        settle({&one, &two});

        CHECK_EQ(commit(one, "clicks", 1, 7), Errc::partition_not_assigned);
        CHECK_EQ(commit(two, "clicks", 1, 8), Errc::ok);
        CHECK_EQ(offsets().at(0).offset, 8);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a commit from before a partition went away and came back is refused") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        const auto before = one;
        auto two = join({"clicks"});
        settle({&one, &two});
        leave(two);
        settle({&one});
        REQUIRE_EQ(one.owned, before.owned);

        CHECK_EQ(commit(before, "clicks", 1, 5), Errc::group_generation_stale);
        CHECK_EQ(commit(before, "clicks", 0, 5), Errc::ok);
        CHECK_EQ(commit(one, "clicks", 1, 6), Errc::ok);
        CHECK_EQ(commit(one.member, one.generation + 1, {"clicks", 1, 7, {}}), Errc::group_generation_stale);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a group is described with its members, its offsets and how far they are behind") {
        create_stream("clicks", 2);
        auto command = joining({"clicks"}, "host-1");
        command.client = "a test";
        const auto one = consumer_of(call(command));
        commit(one, "clicks", 0, 0);

        const auto described = describe_group();

        CHECK_EQ(described.summary.name, "readers");
        CHECK_EQ(described.summary.generation, one.generation);
        REQUIRE_EQ(described.members.size(), 1);
        const auto& member = described.members[0];
        CHECK_EQ(member.member, one.member);
        CHECK_EQ(member.instance, "host-1");
        CHECK_EQ(member.client, "a test");
        CHECK_EQ(member.streams, std::vector<std::string>{"clicks"});
        CHECK_EQ(member.assigned, Partitions{{"clicks", {0, 1}}});
        CHECK_EQ(member.joined_at, now);
        CHECK_EQ(member.session_timeout, 10s);
        REQUIRE_EQ(described.offsets.size(), 1);
        CHECK_EQ(described.offsets[0].end_offset, 0);
        group.name = "others";
        CHECK_EQ(engine::describe_group(*store().begin_read(), group, {}).error(), Errc::group_does_not_exist);
    }

    TEST_CASE_FIXTURE(GroupFixture, "groups are listed page by page") {
        create_stream("clicks", 1);
        for (const auto* name : {"b", "a", "other", "a2"}) {
            group.name = name;
            commit("clicks", 0, 1);
        }
        const auto snapshot = store().begin_read();

        const auto first = list_groups(*snapshot, "", "", {.entries_max = 3, .token = {}});
        REQUIRE(first.has_value());
        REQUIRE_EQ(first->groups.size(), 3);
        CHECK_EQ(first->groups[1].name, "a2");
        CHECK_EQ(first->groups[1].state, GroupState::empty);
        const auto second = list_groups(*snapshot, "", "", {.entries_max = 3, .token = first->next_token});
        REQUIRE_EQ(second->groups.size(), 1);
        CHECK_EQ(second->groups[0].name, "other");
        CHECK(second->next_token.empty());
        CHECK_EQ(list_groups(*snapshot, "", "a", {})->groups.size(), 2);
        CHECK_EQ(list_groups(*snapshot, "elsewhere", "", {})->groups.size(), 0);
        CHECK_EQ(list_groups(*snapshot, "", "", {.entries_max = 0, .token = {}}).error(), Errc::page_size_invalid);
        CHECK_EQ(list_groups(*snapshot, "", "", {.entries_max = 1, .token = "!"}).error(), Errc::page_token_invalid);
        CHECK_EQ(count_groups(*snapshot), 4);
    }

    TEST_CASE_FIXTURE(GroupFixture, "offsets and groups survive a restart") {
        create_stream("clicks", 1);
        commit("clicks", 0, 9);
        restart();

        CHECK_EQ(offsets().at(0).offset, 9);
        CHECK_EQ(commit("clicks", 0, 10), Errc::ok);
        CHECK_EQ(rows(store::Table::groups), 1);
    }
}

TEST_SUITE("the end of groups") {
    TEST_CASE("a group is deleted when it has no members, and its offsets in steps") {
        GroupFixture fixture(EngineLimits{.due_work_per_batch = 2});
        fixture.create_stream("clicks", 8);
        const auto one = fixture.join({"clicks"});
        for (std::uint32_t partition = 0; partition < 8; ++partition) fixture.commit(one, "clicks", partition, 1);
        CHECK_EQ(fixture.call(DeleteGroup{fixture.group}).status, Errc::group_not_empty);
        fixture.leave(one);

        CHECK_EQ(fixture.call(DeleteGroup{fixture.group}).status, Errc::ok);
        CHECK_EQ(fixture.call(DeleteGroup{fixture.group}).status, Errc::group_does_not_exist);
        CHECK_GT(fixture.rows(store::Table::group_offsets), 0);
        CHECK_EQ(fixture.commit("clicks", 0, 5), Errc::ok);
        fixture.idle();

        CHECK_EQ(fixture.rows(store::Table::group_offsets), 1);
        CHECK_EQ(fixture.rows(store::Table::stream_groups), 1);
        CHECK_EQ(fixture.offsets().at(0).offset, 5);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a group can be left and deleted within one batch") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});

        const auto completions = run({{1, LeaveGroup{group, one.member}}, {2, DeleteGroup{group}}});

        CHECK_EQ(completions.at(1).answer.status, Errc::ok);
        idle();
        grow_stream("clicks", 2);
        CHECK_EQ(rows(store::Table::groups), 0);
        CHECK_EQ(rows(store::Table::agenda), 0);
    }

    TEST_CASE_FIXTURE(GroupFixture, "the offsets of a stream go with it") {
        create_stream("clicks", 1);
        create_stream("orders", 1);
        commit("clicks", 0, 1);
        commit("orders", 0, 2);

        delete_stream("clicks");
        create_stream("clicks", 1);

        REQUIRE_EQ(offsets().size(), 1);
        CHECK_EQ(offsets()[0].stream, "orders");
        idle();
        CHECK_EQ(rows(store::Table::group_offsets), 1);
        CHECK_FALSE(offsets({{"clicks", {0}}}).at(0).offset.has_value());
    }

    TEST_CASE_FIXTURE(GroupFixture, "a group that nobody uses is forgotten after a week") {
        create_stream("clicks", 1);
        commit("clicks", 0, 1);
        advance(24h);
        commit("clicks", 0, 2);

        advance(7 * 24h);
        CHECK_EQ(offsets().size(), 1);
        advance(2h);

        CHECK_EQ(rows(store::Table::groups), 0);
        CHECK_EQ(rows(store::Table::group_offsets), 0);
        CHECK_EQ(rows(store::Table::stream_groups), 0);
    }

    TEST_CASE_FIXTURE(GroupFixture, "a group with members is kept, and a week longer") {
        create_stream("clicks", 1);
        auto one = join({"clicks"});
        commit(one, "clicks", 0, 1);
        for (int hour = 0; hour < 24 * 8; ++hour) {
            auto again = joining({"clicks"});
            again.session_timeout = 1800s;
            one = consumer_of(call(again));
            advance(30min - 1ms);
            heartbeat(one);
            advance(30min - 1ms);
            leave(one);
        }
        CHECK_EQ(rows(store::Table::groups), 1);

        advance(7 * 24h + 2h);
        CHECK_EQ(rows(store::Table::groups), 0);
    }
}
