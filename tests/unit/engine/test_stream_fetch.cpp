#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

namespace {

/// Blocks of one batch each, too long to be joined.
struct BlocksFixture : StreamFixture {
    static constexpr std::size_t text_bytes = 20'000;

    BlocksFixture() { create({.partitions = 2}); }
    void append_blocks(int count, std::uint32_t partition = 0) {
        for (int i = 0; i < count; ++i) append(Texts{std::string(text_bytes, static_cast<char>('a' + i))}, partition);
    }
    std::size_t records(const engine::FetchedPartition& fetched) { return records_in(fetched.batches).size(); }
    Bytes key_of_block(std::uint64_t last_offset) { return Bytes(store::Key().u32(1).u32(0).u64(last_offset).view()); }
};

}  // namespace

TEST_CASE_FIXTURE(StreamFixture, "a fetch at the end is empty, and one outside of what there is names the range") {
    create();
    append(Texts{"a", "b"});

    const auto at_end = fetch(2);
    const auto behind = fetch(3);

    CHECK_EQ(at_end.status, Errc::ok);
    CHECK(at_end.batches.empty());
    CHECK_NE(at_end.partition.stream, 0);
    CHECK_EQ(behind.status, Errc::offset_out_of_range);
    CHECK_EQ(behind.start_offset, 0);
    CHECK_EQ(behind.end_offset, 2);
}

TEST_CASE_FIXTURE(StreamFixture, "a fetch that begins within a batch gets the whole batch, and none before it") {
    create();
    append("a");
    append(Texts{"b", "c", "d"});

    const auto fetched = fetch(2);

    const auto records = records_in(fetched.batches);
    REQUIRE_EQ(records.size(), 3);
    CHECK_EQ(records[0].offset, 1);
}

TEST_CASE_FIXTURE(StreamFixture, "unknown streams and partitions are told each for itself") {
    create({.partitions = 2});
    append("a");

    const auto fetched = fetch({{{"", "other"}, 0, 0}, {stream, 2, 0}, {stream, 0, 0}});

    CHECK_EQ(fetched.partitions[0].status, Errc::stream_does_not_exist);
    CHECK_EQ(fetched.partitions[0].partition.stream, 0);
    CHECK_EQ(fetched.partitions[1].status, Errc::partition_does_not_exist);
    CHECK_EQ(fetched.partitions[2].status, Errc::ok);
    CHECK_EQ(fetched.bytes, fetched.partitions[2].batches.size());
}

TEST_CASE_FIXTURE(BlocksFixture, "a partition gives as many whole batches as its limit allows") {
    append_blocks(5);

    CHECK_EQ(records(fetch(0, 2 * text_bytes)), 1);
    CHECK_EQ(records(fetch(0, 3 * text_bytes)), 2);
    CHECK_EQ(records(fetch(1, 3 * text_bytes)), 2);
    CHECK_EQ(records(fetch(0)), 5);
}

TEST_CASE_FIXTURE(BlocksFixture, "the first batch of the first partition that has one comes whole, no other") {
    append_blocks(2, 0);
    append_blocks(2, 1);

    const auto fetched = fetch({{stream, 0, 2}, {stream, 1, 0, 100}, {stream, 0, 0, 100}});

    CHECK(fetched.partitions[0].batches.empty());
    CHECK_EQ(records(fetched.partitions[1]), 1);
    CHECK(fetched.partitions[2].batches.empty());
    CHECK_EQ(fetched.partitions[2].status, Errc::ok);
}

TEST_CASE_FIXTURE(BlocksFixture, "the limits of all partitions together hold") {
    append_blocks(3, 0);
    append_blocks(3, 1);
    const std::vector<engine::FetchPosition> both{{stream, 0, 0}, {stream, 1, 0}};

    const auto by_bytes = fetch(both, {.bytes_max = 4 * text_bytes + 1000});
    CHECK_EQ(records(by_bytes.partitions[0]), 3);
    CHECK_EQ(records(by_bytes.partitions[1]), 1);

    const auto by_records = fetch(both, {.records_max = 4});
    CHECK_EQ(records(by_records.partitions[0]), 3);
    CHECK_EQ(records(by_records.partitions[1]), 1);
}

TEST_CASE_FIXTURE(StreamFixture, "a limit of records lets only whole batches through, the first however long") {
    create();
    append(Texts{"a", "b", "c"});
    append(Texts{"d", "e"});
    append("f");

    const auto fetch_records = [&](std::uint64_t offset, std::uint64_t records_max) {
        return records_in(fetch({{stream, 0, offset}}, {.records_max = records_max}).partitions[0].batches, offset)
            .size();
    };

    CHECK_EQ(fetch_records(0, 1), 3);
    CHECK_EQ(fetch_records(0, 4), 3);
    CHECK_EQ(fetch_records(0, 5), 5);
    CHECK_EQ(fetch_records(2, 3), 3);
    CHECK_EQ(fetch_records(0, 6), 6);
}

TEST_CASE_FIXTURE(StreamFixture, "a reader stops at what is durable") {
    create({.partitions = 2});
    append("a");
    append("b");
    append("c");
    const auto durable_end = [](engine::StreamPartition partition) -> std::optional<std::uint64_t> {
        if (partition.partition != 0) return std::nullopt;
        return 2;
    };

    const auto fetched = fetch({{stream, 0, 0}}, {}, durable_end).partitions[0];
    const auto behind = fetch({{stream, 0, 3}}, {}, durable_end).partitions[0];

    CHECK_EQ(fetched.end_offset, 2);
    CHECK_EQ(records_in(fetched.batches).size(), 2);
    CHECK_EQ(behind.status, Errc::offset_out_of_range);
    CHECK_EQ(engine::describe_stream(*store().begin_read(), stream, durable_end)->partitions[0].end_offset, 2);
    const auto found =
        engine::find_offsets(*store().begin_read(), {stream, {0}, engine::Position::latest, {}}, durable_end);
    CHECK_EQ(found->at(0).offset, 2);
    const auto by_time =
        engine::find_offsets(*store().begin_read(), {stream, {0}, engine::Position::time, now + 1ms}, durable_end);
    CHECK_EQ(by_time->at(0).offset, 2);
}

TEST_CASE_FIXTURE(BlocksFixture, "a damaged block ends a fetch in front of it, and is told to who asks for it") {
    append_blocks(4);
    memory.damage(store::Table::stream_log, key_of_block(2));

    const auto before = fetch(1);
    const auto at = fetch(2);
    const auto behind = fetch(3);

    CHECK_EQ(before.status, Errc::ok);
    CHECK_EQ(records(before), 1);
    CHECK_EQ(at.status, Errc::storage_damaged);
    CHECK(at.batches.empty());
    CHECK_EQ(records(behind), 1);
}
