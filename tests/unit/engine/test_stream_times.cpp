#include "broker/base/random_source.hpp"
#include "broker/engine/stream_reading.hpp"
#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

namespace {

struct Expected {
    std::uint64_t offset = 0;
    std::int64_t timestamp_ms = 0;
};

}  // namespace

TEST_CASE_FIXTURE(StreamFixture, "earliest and latest are found in all partitions or in those that are named") {
    create({.partitions = 3});
    append(Texts{"a", "b"}, 1);

    const auto snapshot = store().begin_read();
    const auto all = engine::find_offsets(*snapshot, {stream, {}, engine::Position::latest, {}}, {});
    const auto some = engine::find_offsets(*snapshot, {stream, {1}, engine::Position::earliest, {}}, {});

    REQUIRE_EQ(all->size(), 3);
    CHECK_EQ(all->at(1).partition, 1);
    CHECK_EQ(all->at(1).offset, 2);
    CHECK_FALSE(all->at(1).timestamp_ms);
    CHECK_EQ(some->at(0).offset, 0);
    CHECK_EQ(some->at(0).end_offset, 2);
    CHECK_EQ(engine::find_offsets(*snapshot, {stream, {3}, {}, {}}, {}).error(), Errc::partition_does_not_exist);
    CHECK_EQ(engine::find_offsets(*snapshot, {{"", "x"}, {}, {}, {}}, {}).error(), Errc::stream_does_not_exist);
}

TEST_CASE_FIXTURE(StreamFixture, "a time leads to the first record at or after it, within a compressed batch too") {
    create();
    append(batch_of({{100, "a"}, {300, "b"}, {200, "c"}}, {}, protocol::Compression::gzip));
    append(batch_of({{250, "d"}, {400, "e"}}));

    CHECK_EQ(find_time(0).offset, 0);
    CHECK_EQ(find_time(101).offset, 1);
    CHECK_EQ(find_time(101).timestamp_ms, 300);
    CHECK_EQ(find_time(300).offset, 1);
    CHECK_EQ(find_time(301).offset, 4);
    CHECK_EQ(find_time(401).offset, 5);
    CHECK_FALSE(find_time(401).timestamp_ms);
}

TEST_CASE_FIXTURE(StreamFixture, "timestamps before the epoch are times like others") {
    create();
    append_at(-500);
    append_at(-100);
    append_at(5);

    CHECK_EQ(find_time(-500).offset, 0);
    CHECK_EQ(find_time(-499).offset, 1);
    CHECK_EQ(find_time(-99).offset, 2);
}

TEST_CASE("whatever the order of the timestamps, a search finds what a look at every record finds") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        SeededRandom random(seed);
        StreamFixture fixture;
        fixture.audited = false;
        fixture.create({.record_bytes_max = 1 << 20});
        std::vector<Expected> records;
        std::int64_t clock = 0;
        for (int commit = 0; commit < 60; ++commit) {
            std::vector<engine::Command> commands;
            const auto batches = 1 + random.below(4);
            for (std::uint64_t batch = 0; batch < batches; ++batch) {
                std::vector<NewRecord> contents;
                const auto count = 1 + random.below(5);
                for (std::uint64_t i = 0; i < count; ++i) {
                    clock += static_cast<std::int64_t>(random.below(10));
                    auto timestamp = clock - static_cast<std::int64_t>(random.below(seed % 3 == 0 ? 300 : 15));
                    if (seed % 4 == 0 && random.below(150) == 0) timestamp += 2000;
                    contents.push_back({timestamp, std::string(random.below(30'000), 'x')});
                    records.push_back({records.size(), timestamp});
                }
                commands.push_back(fixture.append_of(fixture.batch_of(contents)));
            }
            fixture.run(commands);
        }
        fixture.audit();
        CHECK(fixture.rows(store::Table::stream_times) > 1);

        for (std::int64_t time = -20; time < clock + 2100; time += 7) {
            CAPTURE(time);
            const auto found = fixture.find_time(time);
            std::uint64_t expected = 0;
            while (expected < records.size() && records[expected].timestamp_ms < time) ++expected;
            REQUIRE_EQ(found.offset, expected);
            REQUIRE_EQ(found.timestamp_ms.has_value(), expected < records.size());
            if (found.timestamp_ms) REQUIRE_EQ(*found.timestamp_ms, records[expected].timestamp_ms);
        }
    }
}

TEST_CASE_FIXTURE(StreamFixture, "a damaged block on the way of a search is told") {
    create();
    for (int i = 0; i < 3; ++i) append_at(i * 100, std::string(20'000, 'x'));
    memory.damage(store::Table::stream_log, store::Key().u32(1).u32(0).u64(1).view());

    const auto search = [&](std::int64_t time) {
        return engine::find_offsets(*store().begin_read(), {stream, {}, engine::Position::time, Timestamp(time)}, {});
    };

    CHECK_EQ(search(0)->at(0).offset, 0);
    CHECK_EQ(search(150).error(), Errc::storage_damaged);
}

TEST_CASE_FIXTURE(StreamFixture, "searches that have looked at enough end where nothing before is late enough") {
    create();
    append(batch_of({{100, std::string(1u << 20, 'x')}, {300, "b"}}, {}, protocol::Compression::gzip));
    append(batch_of({{250, "d"}, {400, "e"}}));
    const auto search = [&](std::int64_t time, engine::SearchBudget& budget) {
        engine::FoundOffset found;
        found.end_offset = 4;
        REQUIRE_EQ(engine::search_time(*store().begin_read(), {1, 0}, time, found, budget), Errc::ok);
        return found.offset;
    };

    engine::SearchBudget enough;
    CHECK_EQ(search(300, enough), 1);
    CHECK_LT(enough.bytes, (255u << 20) + 1);

    // A few bytes that stand for many: the batch's first record is as near as can be told.
    engine::SearchBudget little{100'000};
    CHECK_EQ(search(300, little), 0);
    CHECK_EQ(little.bytes, 0);
    CHECK_LE(search(400, little), 3);
}
