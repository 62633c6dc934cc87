#include "broker/engine/group.hpp"
#include "broker/engine/row_keys.hpp"
#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct DamageFixture : GroupFixture {
    using GroupFixture::GroupFixture;

    /// As the broker finds it at its next start.
    void damage_row_of(const Consumer& consumer) {
        const auto key = keys::group_member(1, member_number(consumer.member));
        REQUIRE(store().damage(store::Table::group_members, key.view()));
        restart();
    }
    std::uint32_t generation() { return describe_group().summary.generation; }
    /// "readers 0123456789abcdef", as told since this was last asked.
    Texts lost_members() {
        Texts names;
        for (const auto& lost : engine().take_lost_members()) names.push_back(lost.group.name + " " + lost.member);
        return names;
    }
};

}  // namespace

TEST_SUITE("a member's damaged row") {
    TEST_CASE_FIXTURE(DamageFixture, "whoever's row is damaged is a member no more, and its partitions go to others") {
        create_stream("clicks", 4);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        settle({&one, &two});
        const auto before = generation();
        damage_row_of(one);

        idle();
        heartbeat(two);

        CHECK_EQ(two.owned, Partitions{{"clicks", {0, 1, 2, 3}}});
        CHECK(two.settled);
        CHECK_GT(generation(), before);
        CHECK_EQ(rows(store::Table::group_members), 1);
        CHECK_EQ(lost_members(), Texts{"readers " + one.member});
        CHECK(lost_members().empty());
    }

    TEST_CASE_FIXTURE(DamageFixture, "what it believes to have is not its own any more: it joins again") {
        create_stream("clicks", 2);
        auto one = join({"clicks"}, "host-1");
        auto two = join({"clicks"}, "host-2");
        settle({&one, &two});
        damage_row_of(one);

        // Before anybody else has said a word.
        CHECK_EQ(commit(one, "clicks", one.owned.at(0).partitions.at(0), 7), Errc::group_member_unknown);
        CHECK_EQ(heartbeat_refusal(one), Errc::group_member_unknown);
        CHECK_EQ(leave(one), Errc::group_member_unknown);

        auto again = join({"clicks"}, "host-1");
        settle({&again, &two});
        CHECK_NE(again.member, one.member);
        CHECK_EQ(again.owned.at(0).partitions.size(), 1);
        CHECK_EQ(commit(again, "clicks", again.owned.at(0).partitions.at(0), 8), Errc::ok);
        CHECK_EQ(commit(one.member, again.generation, {"clicks", again.owned.at(0).partitions.at(0), 9, {}}),
                 Errc::group_member_unknown);
    }

    TEST_CASE_FIXTURE(DamageFixture, "the generation moves on also when nobody else learns anything new") {
        create_stream("clicks", 1);
        create_stream("orders", 1);
        auto one = join({"clicks"});
        auto two = join({"orders"});
        settle({&one, &two});
        const auto before = generation();
        damage_row_of(one);

        idle();

        CHECK_EQ(generation(), before + 1);
        CHECK_EQ(commit(two, "orders", 0, 5), Errc::ok);
        CHECK_EQ(hear(two).owned, two.owned);
        CHECK_EQ(state(), GroupState::stable);
        restart();
        idle();
        CHECK_EQ(generation(), before + 1);
    }

    TEST_CASE_FIXTURE(DamageFixture, "a group whose only member is lost is empty, and forgotten like others") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        const auto before = generation();
        damage_row_of(one);

        idle();

        CHECK_EQ(state(), GroupState::empty);
        CHECK_EQ(describe_group().summary.members, 0);
        CHECK_EQ(generation(), before + 1);
        CHECK_EQ(commit(one, "clicks", 0, 6), Errc::group_member_unknown);
        CHECK_EQ(commit("clicks", 0, 7), Errc::ok);
        advance(7 * 24h + 2h);
        CHECK_EQ(rows(store::Table::groups), 0);
    }

    TEST_CASE_FIXTURE(DamageFixture, "a group is deleted with what is left of a lost member") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        damage_row_of(one);

        CHECK_EQ(call(DeleteGroup{group}).status, Errc::ok);

        idle();
        CHECK_EQ(rows(store::Table::groups), 0);
        CHECK_EQ(rows(store::Table::group_members), 0);
        CHECK_EQ(rows(store::Table::agenda), 0);
        CHECK_EQ(lost_members(), Texts{"readers " + one.member});
    }

    TEST_CASE_FIXTURE(DamageFixture, "a row that holds something else than a member is damaged, too") {
        create_stream("clicks", 2);
        auto one = join({"clicks"});
        auto two = join({"clicks"});
        settle({&one, &two});
        {
            const auto transaction = store().begin_write();
            transaction->put(store::Table::group_members, keys::group_member(1, member_number(one.member)).view(), "x");
            transaction->commit();
        }
        restart();

        idle();
        heartbeat(two);

        CHECK_EQ(two.owned, Partitions{{"clicks", {0, 1}}});
        CHECK_EQ(lost_members(), Texts{"readers " + one.member});
    }

    TEST_CASE_FIXTURE(DamageFixture, "a check names the group and the member, and those who look see the others") {
        create_stream("clicks", 1);
        const auto one = join({"clicks"});
        const auto two = join({"clicks"});
        damage_row_of(one);

        const auto findings = engine::audit(*store().begin_read());
        const auto described = describe_group();

        CHECK_EQ(findings, Texts{"consumer group readers: the row of member " + one.member + " is damaged"});
        REQUIRE_EQ(described.members.size(), 1);
        CHECK_EQ(described.members[0].member, two.member);
    }
}
