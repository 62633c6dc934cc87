#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tests/unit/client/status_of.hpp"
#include "tests/unit/client/ternd_process.hpp"

/// Consumer groups with much in them against the real broker.
namespace tern {

namespace {

struct LargeGroup {
    static constexpr std::uint32_t partitions = 700;

    TerndProcess ternd;
    BlockingClient client{ClientOptions{.server = ternd.address(), .application = "groups"}};

    LargeGroup() {
        for (const auto* stream : {"orders", "clicks"}) {
            client.create_stream(stream, {.partitions = partitions});
            commit(stream, {});
        }
    }
    void commit(const std::string& stream, const std::string& metadata) {
        std::vector<OffsetToCommit> offsets;
        for (std::uint32_t partition = 0; partition < partitions; ++partition)
            offsets.push_back({stream, partition, partition, metadata});
        for (const auto& result : client.commit_offsets("readers", {}, offsets)) REQUIRE(result.ok());
    }
    /// All there are, by stream and partition.
    static void check(const std::vector<CommittedOffset>& offsets) {
        REQUIRE_EQ(offsets.size(), 2 * partitions);
        for (std::uint32_t i = 0; i < offsets.size(); ++i) {
            CHECK_EQ(offsets[i].stream, i < partitions ? "clicks" : "orders");
            CHECK_EQ(offsets[i].partition, i % partitions);
            CHECK_EQ(offsets[i].offset.value(), i % partitions);
        }
    }
};

}  // namespace

TEST_CASE_FIXTURE(LargeGroup, "all offsets of a group come, however many pages they take") {
    check(client.fetch_offsets("readers"));
    check(client.describe_group("readers").offsets);
}

TEST_CASE_FIXTURE(LargeGroup, "a group that is longer than a frame is described with all of its members") {
    // 25 MB of metadata: a frame takes 20.
    for (int i = 0; i < 7; ++i) {
        const auto stream = "s" + std::to_string(i);
        client.create_stream(stream, {.partitions = partitions});
        commit(stream, std::string(4096, 'm'));
    }
    const auto member = client.join_group("readers", {.streams = {"orders", "clicks"}}).member;

    const auto group = client.describe_group("readers");

    REQUIRE_EQ(group.members.size(), 1);
    CHECK_EQ(group.members[0].member, member);
    REQUIRE_EQ(group.members[0].assigned.size(), 2);
    CHECK_EQ(group.members[0].assigned[1].partitions.size(), partitions);
    REQUIRE_EQ(group.offsets.size(), 9 * partitions);
    CHECK_EQ(group.offsets.back().metadata.size(), 4096);
    CHECK_EQ(client.fetch_offsets("readers").size(), 9 * partitions);
}

TEST_CASE_FIXTURE(LargeGroup, "a page token that the broker did not give is refused with the field's name") {
    const auto error = error_of([&] { client.list_groups({.page_token = "!"}); });

    CHECK_EQ(error.status(), Status::page_token_invalid);
    CHECK_EQ(error.detail(), "page_token");
}

}  // namespace tern
