#include "broker/base/base64url.hpp"
#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct PagesFixture : GroupFixture {
    GroupDescription page(std::int64_t entries_max, const std::string& token = {}) {
        auto page = describe_group_page(*store().begin_read(), group, {entries_max, token}, {});
        REQUIRE(page.has_value());
        return std::move(*page);
    }
    OffsetPage page_of_offsets(std::int64_t entries_max, const std::string& token = {}) {
        auto page = fetch_offsets_page(*store().begin_read(), group, {entries_max, token}, {});
        REQUIRE(page.has_value());
        return std::move(*page);
    }
    Errc refusal(std::int64_t entries_max, const std::string& token) {
        return describe_group_page(*store().begin_read(), group, {entries_max, token}, {}).error();
    }
    Errc refusal_of_offsets(std::int64_t entries_max, const std::string& token) {
        return fetch_offsets_page(*store().begin_read(), group, {entries_max, token}, {}).error();
    }
    /// Of all partitions of a stream.
    void commit_everywhere(const std::string& stream, std::uint32_t partitions, std::string_view metadata) {
        CommitOffsets command{group, "", 0, {}};
        for (std::uint32_t partition = 0; partition < partitions; ++partition)
            command.offsets.push_back({stream, partition, partition, metadata});
        REQUIRE_EQ(call(command).status, Errc::ok);
    }
    static std::string token_with(std::string_view bytes) { return encode_base64url(bytes); }
};

/// "clicks/0", in the order of the page.
std::vector<std::string> places_in(const std::vector<CommittedOffset>& offsets) {
    std::vector<std::string> places;
    for (const auto& offset : offsets) places.push_back(offset.stream + "/" + std::to_string(offset.partition));
    return places;
}

}  // namespace

TEST_SUITE("pages of a group") {
    TEST_CASE_FIXTURE(PagesFixture, "a group is described page by page: its members, then its offsets") {
        create_stream("orders", 2);
        create_stream("clicks", 1);
        commit_everywhere("orders", 2, "");
        commit_everywhere("clicks", 1, "");
        for (int i = 0; i < 3; ++i) join({"orders", "clicks"});

        const auto first = page(2);
        const auto second = page(2, first.next_token);
        const auto third = page(2, second.next_token);

        const auto whole = describe_group();
        REQUIRE_EQ(first.members.size(), 2);
        CHECK_EQ(first.members[0].member, whole.members.at(0).member);
        CHECK_EQ(first.members[1].member, whole.members.at(1).member);
        CHECK_EQ(first.members[1].assigned, whole.members.at(1).assigned);
        CHECK(first.offsets.empty());
        REQUIRE_EQ(second.members.size(), 1);
        CHECK_EQ(second.members[0].member, whole.members.at(2).member);
        CHECK_EQ(places_in(second.offsets), Texts{"orders/0"});
        CHECK(third.members.empty());
        CHECK_EQ(places_in(third.offsets), Texts{"orders/1", "clicks/0"});
        CHECK(third.next_token.empty());
        CHECK_EQ(third.summary.members, 3);
        CHECK_EQ(places_in(whole.offsets), Texts{"clicks/0", "orders/0", "orders/1"});
    }

    TEST_CASE_FIXTURE(PagesFixture, "a page that is just full of members goes on with the offsets") {
        create_stream("clicks", 1);
        commit_everywhere("clicks", 1, "");
        join({"clicks"});

        const auto first = page(1);
        const auto second = page(1, first.next_token);

        CHECK_EQ(first.members.size(), 1);
        CHECK(first.offsets.empty());
        CHECK(second.members.empty());
        CHECK_EQ(second.offsets.size(), 1);
        CHECK(second.next_token.empty());
    }

    TEST_CASE_FIXTURE(PagesFixture, "offsets are fetched page by page") {
        create_stream("orders", 3);
        create_stream("clicks", 2);
        commit_everywhere("clicks", 2, "");
        commit_everywhere("orders", 3, "");

        const auto first = page_of_offsets(2);
        const auto second = page_of_offsets(3, first.next_token);

        CHECK_EQ(places_in(first.offsets), Texts{"orders/0", "orders/1"});
        CHECK_EQ(places_in(second.offsets), Texts{"orders/2", "clicks/0", "clicks/1"});
        CHECK_EQ(second.offsets[1].end_offset, 0);
        CHECK(second.next_token.empty());
    }

    TEST_CASE_FIXTURE(PagesFixture, "a page goes on behind what is gone by then") {
        create_stream("orders", 2);
        create_stream("clicks", 2);
        commit_everywhere("orders", 2, "");
        commit_everywhere("clicks", 2, "");
        std::vector<Consumer> members;
        for (int i = 0; i < 3; ++i) members.push_back(join({"clicks"}));
        const auto first = page(2);
        const auto in_orders = page_of_offsets(1);
        for (const auto& member : members) {
            if (member.member == first.members.at(1).member) leave(member);
        }
        delete_stream("orders");

        CHECK_EQ(page(1, first.next_token).members.size(), 1);
        CHECK_EQ(places_in(page_of_offsets(1000, in_orders.next_token).offsets), Texts{"clicks/0", "clicks/1"});
    }

    TEST_CASE_FIXTURE(PagesFixture, "long metadata ends a page before its number of entries does") {
        create_stream("clicks", 1000);
        commit_everywhere("clicks", 1000, std::string(4096, 'm'));

        std::vector<CommittedOffset> all;
        std::string token;
        do {
            auto next = page_of_offsets(1000, token);
            CHECK_GT(next.offsets.size(), 200);
            CHECK_LT(next.offsets.size(), 300);
            token = next.next_token;
            all.insert(all.end(), next.offsets.begin(), next.offsets.end());
        } while (!token.empty());

        CHECK_EQ(places_in(all), places_in(offsets()));
    }

    TEST_CASE_FIXTURE(PagesFixture, "what cannot fit into a frame is refused as a whole, and told in pages") {
        for (const auto* stream : {"a", "b", "c", "d", "e", "f"}) {
            create_stream(stream, 1000);
            commit_everywhere(stream, 1000, std::string(4096, 'm'));
        }
        const auto snapshot = store().begin_read();

        CHECK_EQ(fetch_offsets(*snapshot, group, {}, {}).error(), Errc::answer_too_large);
        CHECK_EQ(engine::describe_group(*snapshot, group, {}).error(), Errc::answer_too_large);
        CHECK_FALSE(page(1000).next_token.empty());
        CHECK_FALSE(page_of_offsets(1000).next_token.empty());
    }

    TEST_CASE_FIXTURE(PagesFixture, "a page's size or token that cannot be is refused") {
        create_stream("clicks", 1);
        commit_everywhere("clicks", 1, "");

        for (const auto entries : {0, -1, 1001}) {
            CHECK_EQ(refusal(entries, ""), Errc::page_size_invalid);
            CHECK_EQ(refusal_of_offsets(entries, ""), Errc::page_size_invalid);
        }
        for (const auto& token :
             {std::string("!"), token_with("x12345678"), token_with("m1234567"), token_with("o1")}) {
            CHECK_EQ(refusal(1, token), Errc::page_token_invalid);
            CHECK_EQ(refusal_of_offsets(1, token), Errc::page_token_invalid);
        }
        // Offsets alone have no members to go on with.
        CHECK_EQ(refusal_of_offsets(1, token_with("m12345678")), Errc::page_token_invalid);
        CHECK_EQ(page(1, token_with("m12345678")).summary.name, "readers");
        group.name = "others";
        CHECK_EQ(refusal(1, ""), Errc::group_does_not_exist);
        CHECK_EQ(refusal_of_offsets(1, ""), Errc::group_does_not_exist);
    }
}
