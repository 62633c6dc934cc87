#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

namespace {

constexpr std::size_t text_bytes = 20'000;

/// Blocks of one record each, too long to be joined.
struct RetentionFixture : StreamFixture {
    explicit RetentionFixture(engine::EngineLimits limits = {}) : StreamFixture(limits) {}

    void append_blocks(int count) {
        for (int i = 0; i < count; ++i) append(std::string(text_bytes, static_cast<char>('a' + i % 26)));
    }
    std::uint64_t start() { return describe(0).start_offset; }
    std::uint64_t agenda_rows() { return rows(store::Table::agenda); }
    Bytes key_of_block(std::uint64_t last_offset) { return Bytes(store::Key().u32(1).u32(0).u64(last_offset).view()); }
};

struct SmallBudgetFixture : RetentionFixture {
    SmallBudgetFixture() : RetentionFixture({.due_work_per_batch = 3}) {}
};

}  // namespace

TEST_CASE_FIXTURE(RetentionFixture, "a block is removed within a second of its retention, and the start moves") {
    create({.retention = 60s});
    append_blocks(2);
    advance(30s);
    append_blocks(1);

    advance(30s);
    CHECK_EQ(start(), 2);
    CHECK_EQ(fetch(1).status, Errc::offset_out_of_range);
    CHECK_EQ(texts_from(2).size(), 1);
    CHECK_EQ(describe(0).oldest_at, now - 30s);
    CHECK_EQ(engine().counters().records_removed, 2);

    advance(30s);
    CHECK_EQ(start(), 3);
    CHECK_EQ(describe(0).bytes, 0);
    CHECK_FALSE(describe(0).oldest_at);
    CHECK_EQ(rows(store::Table::stream_log), 0);
    CHECK_EQ(agenda_rows(), 0);

    CHECK_EQ(append("again").base_offset, 3);
    CHECK_EQ(texts_from(3), Texts{"again"});
}

TEST_CASE_FIXTURE(RetentionFixture, "nothing is removed before its time, whatever its timestamps say") {
    create({.retention = 60s});
    append_at(1, std::string(text_bytes, 'x'));

    advance(59s);

    CHECK_EQ(start(), 0);
}

TEST_CASE_FIXTURE(RetentionFixture, "small batches that share a block outlive their retention by a tenth at most") {
    create({.retention = 100s});
    for (int second = 0; second < 200; ++second) {
        append("x");
        advance(1s);
        const auto age = now - describe(0).oldest_at.value();
        CHECK(age <= Milliseconds(112s));
    }
    CHECK(start() > 80);
}

TEST_CASE_FIXTURE(RetentionFixture, "a stream without retention and limits has nothing on the agenda") {
    create({.retention = 0ms});

    append_blocks(3);
    advance(24h * 10'000);

    CHECK_EQ(agenda_rows(), 0);
    CHECK_EQ(start(), 0);
}

TEST_CASE_FIXTURE(RetentionFixture, "the longest retention that can be given is for ever") {
    CHECK_EQ(create({.retention = Milliseconds::max()}), Errc::ok);

    append_blocks(1);
    advance(24h * 10'000);

    CHECK_EQ(start(), 0);
    CHECK_EQ(agenda_rows(), 0);
}

TEST_CASE_FIXTURE(RetentionFixture, "beyond the limit of bytes the oldest blocks go, never the last one") {
    create({.retention = 0ms, .retention_bytes = 100'000, .record_bytes_max = 1 << 20});

    append_blocks(10);
    advance(1s);
    CHECK_EQ(start(), 6);
    CHECK(describe(0).bytes <= 100'000);
    CHECK_EQ(agenda_rows(), 0);

    append(std::string(200'000, 'L'));
    advance(1s);
    CHECK_EQ(start(), 10);
    CHECK_EQ(texts_from(10).size(), 1);
}

TEST_CASE_FIXTURE(RetentionFixture, "another retention holds for what is already there") {
    create({.retention = 1h});
    append_blocks(5);
    advance(10s);

    set({.retention = 5s});
    idle();
    CHECK_EQ(start(), 5);

    append_blocks(5);
    set({.retention = 0ms, .retention_bytes = 65'536});
    idle();
    CHECK_EQ(start(), 7);
    CHECK_EQ(agenda_rows(), 0);
}

TEST_CASE_FIXTURE(SmallBudgetFixture, "much is removed in steps, also across a restart") {
    create({.retention = 60s});
    append_blocks(10);
    now = now + 61s;

    run({});
    const auto after_one = start();
    restart();
    const auto batches = idle();

    CHECK_EQ(after_one, 1);
    CHECK(batches >= 9);
    CHECK_EQ(start(), 10);
    CHECK_EQ(rows(store::Table::stream_log), 0);
    CHECK_EQ(agenda_rows(), 0);
}

TEST_CASE_FIXTURE(SmallBudgetFixture, "a batch that appends may remove more than others: retention keeps up") {
    create({.retention = 0ms, .retention_bytes = 65'536});

    for (int i = 0; i < 40; ++i) {
        now = now + 1s;
        append_blocks(1);
    }

    CHECK(describe(0).bytes <= 65'536 + 2 * (text_bytes + 100));
}

TEST_CASE_FIXTURE(RetentionFixture, "a damaged block goes when its successor does") {
    create({.retention = 60s});
    append_blocks(1);
    advance(10s);
    append_blocks(2);
    memory.damage(store::Table::stream_log, key_of_block(0));

    advance(55s);
    CHECK_EQ(start(), 0);

    advance(10s);
    CHECK_EQ(start(), 3);
    CHECK_EQ(describe(0).bytes, 0);
    CHECK_EQ(rows(store::Table::stream_log), 0);
}

TEST_CASE_FIXTURE(SmallBudgetFixture, "more damaged blocks than a batch may look at do not keep it busy") {
    create({.retention = 60s});
    append_blocks(6);
    for (std::uint64_t block = 0; block < 5; ++block) memory.damage(store::Table::stream_log, key_of_block(block));

    now = now + 61s;
    const auto batches = idle();

    CHECK(batches < 3);
    CHECK(engine().next_deadline().value() > now);
}

TEST_CASE_FIXTURE(RetentionFixture, "a truncation moves the start at once, within a block too") {
    create();
    append(Texts{"a", "b"});
    append("c");
    append_blocks(1);

    CHECK_EQ(call(engine::TruncateStream{stream, 0, 1}).status, Errc::ok);
    CHECK_EQ(start(), 1);
    CHECK_EQ(fetch(0).status, Errc::offset_out_of_range);
    CHECK_EQ(texts_from(1).size(), 3);
    CHECK_EQ(texts_from(1).at(0), "b");
    CHECK_EQ(find_time(0).offset, 1);

    CHECK_EQ(call(engine::TruncateStream{stream, 0, 3}).status, Errc::ok);
    CHECK_EQ(texts_from(3).size(), 1);
    CHECK_EQ(describe(0).bytes, fetch(3).batches.size());
    CHECK_EQ(engine().counters().records_removed, 3);
}

TEST_CASE_FIXTURE(RetentionFixture, "a truncation behind the end is refused, one below the start changes nothing") {
    create({.partitions = 2});
    append(Texts{"a", "b"});
    call(engine::TruncateStream{stream, 0, 1});

    const auto behind = call(engine::TruncateStream{stream, 0, 3});

    CHECK_EQ(behind.status, Errc::offset_out_of_range);
    CHECK_EQ(behind.detail, "1 to 2");
    CHECK_EQ(call(engine::TruncateStream{stream, 0, 0}).status, Errc::ok);
    CHECK_EQ(start(), 1);
    CHECK_EQ(call(engine::TruncateStream{stream, 2, 0}).status, Errc::partition_does_not_exist);
    CHECK_EQ(call(engine::TruncateStream{{"", "other"}, 0, 0}).status, Errc::stream_does_not_exist);
}

TEST_CASE_FIXTURE(RetentionFixture, "a truncation to the end empties the partition, and its offsets go on") {
    create();
    append(Texts{"a", "b"});

    run({append_of(batch_of(Texts{"c"})), engine::TruncateStream{stream, 0, 3}, append_of(batch_of(Texts{"d"}))});

    CHECK_EQ(start(), 3);
    CHECK_EQ(texts_from(3), Texts{"d"});
    call(engine::TruncateStream{stream, 0, 4});
    CHECK_EQ(rows(store::Table::stream_log), 0);
    CHECK_EQ(append("e").base_offset, 4);
}

TEST_CASE_FIXTURE(RetentionFixture, "times lead past what was removed") {
    create({.retention = 60s, .record_bytes_max = 1 << 20});
    for (int i = 0; i < 40; ++i) {
        append_at(i * 10, std::string(100'000, 'x'));
        advance(2s);
    }
    const auto first = start();
    REQUIRE(first > 5);

    CHECK_EQ(find_time(0).offset, first);
    CHECK_EQ(find_time(395).offset, 40);
    CHECK_EQ(find_time(300).offset, 30);
    advance(100s);
    CHECK_EQ(rows(store::Table::stream_times), 0);
    append_at(5);
    CHECK_EQ(find_time(0).offset, 40);
}

TEST_CASE_FIXTURE(RetentionFixture, "a timestamp from far ahead hides others only as long as it is there") {
    create({.retention = 60s, .record_bytes_max = 1 << 20});
    append_at(1'000'000'000, std::string(100'000, 'x'));
    for (int i = 1; i < 30; ++i) {
        advance(2s);
        append_at(i * 10, std::string(100'000, 'x'));
    }
    CHECK_EQ(find_time(100).offset, 0);
    CHECK_EQ(rows(store::Table::stream_times), 1);

    advance(3s);
    REQUIRE_EQ(start(), 1);
    CHECK_EQ(find_time(100).offset, 10);
    CHECK_EQ(find_time(291).offset, 30);
    for (int i = 30; i < 50; ++i) append_at(i * 10, std::string(100'000, 'x'));

    CHECK(rows(store::Table::stream_times) > 5);
    CHECK_EQ(find_time(455).offset, 46);
    CHECK_EQ(find_time(1'000).offset, 50);
}

TEST_CASE_FIXTURE(SmallBudgetFixture, "a deleted stream leaves nothing behind, however little a batch may do") {
    create({.partitions = 3, .retention = 1h, .record_bytes_max = 1 << 20});
    const auto producer = std::get<engine::ProducerAllocated>(call(engine::AllocateProducer{}).body);
    for (int i = 0; i < 4; ++i) {
        append(batch_of(Texts{std::string(400'000, 'x')}, {producer.id, 0, i}));
        append(Texts{"y"}, 1);
    }
    {
        const auto transaction = store().begin_write();
        transaction->put(store::Table::stream_groups, store::Key().u32(1).u32(7).view(), {});
        for (std::uint32_t partition = 0; partition < 3; ++partition)
            transaction->put(store::Table::group_offsets, store::Key().u32(7).u32(1).u32(partition).view(), "offset");
        transaction->commit();
    }

    run({append_of(batch_of(Texts{"last"}), 2), engine::DeleteStream{stream}});
    restart();
    const auto batches = idle();

    CHECK(batches > 5);
    CHECK_EQ(rows_left(), 0);
}
