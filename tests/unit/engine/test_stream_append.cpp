#include "broker/engine/append.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

TEST_CASE_FIXTURE(StreamFixture, "records get offsets one after the other, each partition its own") {
    create({.partitions = 2});

    const auto first = append(Texts{"a", "b"});
    const auto second = append(Texts{"c"});
    const auto other = append(Texts{"d"}, 1);

    CHECK_EQ(first.base_offset, 0);
    CHECK_EQ(first.end_offset, 2);
    CHECK_EQ(first.appended_at, now);
    CHECK_EQ(second.base_offset, 2);
    CHECK_EQ(other.base_offset, 0);
    CHECK_EQ(texts_from(0), Texts{"a", "b", "c"});
    CHECK_EQ(texts_from(1), Texts{"b", "c"});
}

TEST_CASE_FIXTURE(StreamFixture, "a batch comes back byte for byte, but for its base offset") {
    create();
    append("before");
    auto batch = batch_of({{5, "x"}, {7, "y"}}, {}, protocol::Compression::gzip);

    append(batch);

    Bytes expected(batch.bytes);
    protocol::set_base_offset(expected.data(), 1);
    CHECK_EQ(fetch(1).batches, expected);
}

TEST_CASE_FIXTURE(StreamFixture, "what arrives in one commit shares a block; small ones join the block before") {
    create({.partitions = 2});

    run({append_of(batch_of(Texts{"a"})), append_of(batch_of(Texts{"b"})), append_of(batch_of(Texts{"c"}), 1)});
    CHECK_EQ(rows(store::Table::stream_log), 2);
    append("d");
    restart();
    append("e");

    CHECK_EQ(rows(store::Table::stream_log), 2);
    CHECK_EQ(texts_from(0), Texts{"a", "b", "d", "e"});
    CHECK_EQ(texts_from(3), Texts{"e"});
}

TEST_CASE_FIXTURE(StreamFixture, "a block grows to two pages by joining and not a byte further") {
    create();
    const auto room = engine::joined_block_bytes_max - engine::block_header_bytes;
    const auto first = batch_of(Texts{std::string(4000, 'a')});
    append(first);
    const auto overhead = batch_of(Texts{std::string(3000, 'b')}).bytes.size() - 3000;
    const auto fitting = room - first.bytes.size() - overhead;

    append(std::string(fitting, 'b'));
    CHECK_EQ(rows(store::Table::stream_log), 2);  // one block in two rows
    append("c");
    CHECK_EQ(rows(store::Table::stream_log), 3);

    CHECK_EQ(texts_from(0), Texts{std::string(4000, 'a'), std::string(fitting, 'b'), "c"});
}

TEST_CASE_FIXTURE(StreamFixture,
                  "a commit of many records is cut into blocks of about 64 KiB; a longer batch is a block") {
    create();
    std::vector<engine::Command> commands;
    Texts texts;
    for (int i = 0; i < 100; ++i) {
        texts.push_back(std::string(5000, static_cast<char>('a' + i % 26)));
        commands.push_back(append_of(batch_of(Texts{texts.back()})));
        if (i == 50) {
            texts.push_back(std::string(300'000, 'L'));
            commands.push_back(append_of(batch_of(Texts{texts.back()})));
        }
    }

    run(commands);

    std::size_t blocks = 0;
    const auto snapshot = store().begin_read();
    const auto cursor = snapshot->cursor(store::Table::stream_log);
    for (bool more = cursor->seek({}); more; more = cursor->next(), ++blocks)
        CHECK((cursor->value_bytes() <= engine::block_bytes_target || cursor->value_bytes() > 300'000));
    CHECK_EQ(blocks, 11);  // 12 batches a block: five blocks, the long batch, five blocks
    CHECK_EQ(texts_from(0), texts);
    CHECK_EQ(texts_from(0, 1), texts);
    CHECK_EQ(texts_from(70, 100'000), Texts(texts.begin() + 70, texts.end()));
}

TEST_CASE_FIXTURE(StreamFixture, "a block that is added to after the clock was set back does not get older") {
    create({.partitions = 2, .retention = 100s});
    append(Texts{"elsewhere"}, 1);
    const auto known = now;
    now = now + 900ms;
    append("a");
    restart();
    now = engine().last_time();
    REQUIRE_EQ(now, known);
    append("b");
    CHECK_EQ(rows(store::Table::stream_log), 2);

    set({.retention = 50s});
    advance(50s);
    CHECK_EQ(describe(0).start_offset, 0);
    advance(1s);
    CHECK_EQ(describe(0).start_offset, 2);
}

TEST_CASE_FIXTURE(StreamFixture, "the longest batch is stored and comes back whole") {
    create({.record_bytes_max = 16 << 20});
    const std::string text((16u << 20) - 100, 'x');

    CHECK_EQ(append(text).status, Errc::ok);
    append("behind");

    const auto fetched = fetch(0, 1);
    const bool same = records_in(fetched.batches).at(0).text == text;
    CHECK(same);
    CHECK_EQ(texts_from(1), Texts{"behind"});
}

TEST_CASE_FIXTURE(StreamFixture, "a damaged last block is left alone and a new one begins") {
    create();
    append("a");
    const auto key = [&] {
        const auto snapshot = store().begin_read();
        const auto cursor = snapshot->cursor(store::Table::stream_log);
        REQUIRE(cursor->seek({}));
        return Bytes(cursor->key());
    }();
    memory.damage(store::Table::stream_log, key);

    const auto result = append("b");

    CHECK_EQ(result.base_offset, 1);
    CHECK_EQ(rows(store::Table::stream_log), 2);
    CHECK_EQ(fetch(0).status, Errc::storage_damaged);
    CHECK_EQ(texts_from(1), Texts{"b"});
}

TEST_CASE_FIXTURE(StreamFixture, "entries are answered each for itself, and a refused one leaves no trace") {
    create({.partitions = 2, .record_bytes_max = 1024});
    auto faulty = batch_of(Texts{"x"});
    faulty.fault = Errc::record_batch_damaged;
    auto elsewhere = batch_of(Texts{"x"});
    elsewhere.partition = 2;
    auto expecting = batch_of(Texts{"x"});
    expecting.expected_offset = 7;
    auto fitting = batch_of(Texts{"b"});
    fitting.expected_offset = 1;

    const auto results =
        append({batch_of(Texts{"a"}), faulty, elsewhere, batch_of(Texts{std::string(1025, 'x')}), expecting, fitting});

    std::vector<Errc> statuses;
    for (const auto& result : results) statuses.push_back(result.status);
    CHECK_EQ(statuses, std::vector{Errc::ok, Errc::record_batch_damaged, Errc::partition_does_not_exist,
                                   Errc::record_too_large, Errc::expected_offset_differs, Errc::ok});
    CHECK_EQ(results[4].end_offset, 1);
    CHECK_EQ(texts_from(0), Texts{"a", "b"});
    CHECK_EQ(engine().counters().records_appended, 2);
}

TEST_CASE_FIXTURE(StreamFixture, "an append without entries, with too many, or to no stream is refused as a whole") {
    create();

    CHECK_EQ(call(engine::Append{stream, {}}).status, Errc::batch_empty);
    CHECK_EQ(call(engine::Append{stream, std::vector(1001, batch_of(Texts{"a"}))}).status, Errc::batch_too_long);
    CHECK_EQ(call(engine::Append{{"", "other"}, {batch_of(Texts{"a"})}}).status, Errc::stream_does_not_exist);
    CHECK_EQ(describe(0).end_offset, 0);
}

TEST_CASE_FIXTURE(StreamFixture, "with the broker's clock records carry the time of their append") {
    create({.timestamp_type = engine::TimestampType::append});

    append_at(1);

    const auto fetched = fetch(0);
    CHECK_EQ(protocol::check_batch(fetched.batches).fault, protocol::BatchFault::none);
    CHECK_EQ(records_in(fetched.batches).at(0).timestamp_ms, now.ms());
    CHECK_EQ(find_time(now.ms()).offset, 0);
    CHECK_EQ(find_time(now.ms()).timestamp_ms, now.ms());
    CHECK_EQ(find_time(now.ms() + 1).offset, 1);
}

TEST_CASE_FIXTURE(StreamFixture, "the engine tells what a batch appended, and where the partitions ended before") {
    create({.partitions = 3});
    append("a");

    run({append_of(batch_of(Texts{"b"}), 2), append_of(batch_of(Texts{"c", "d"})), append_of(batch_of(Texts{"e"}))});

    const auto& appended = engine().appended();
    REQUIRE_EQ(appended.size(), 2);
    CHECK_EQ(appended[0].partition.partition, 0);
    CHECK_EQ(appended[0].end_before, 1);
    CHECK_EQ(appended[0].end, 4);
    CHECK_EQ(appended[1].partition.partition, 2);
    run({});
    CHECK(engine().appended().empty());
}

TEST_CASE_FIXTURE(StreamFixture, "counters tell bytes and ages, also after a restart") {
    create();
    const auto batch = batch_of(Texts{"a"});
    append(batch);
    const auto first_at = now;
    advance(5s);
    append(batch);
    restart();
    append(batch);

    const auto described = describe(0);

    CHECK_EQ(described.bytes, 3 * batch.bytes.size());
    CHECK_EQ(described.end_offset, 3);
    CHECK_EQ(described.oldest_at, first_at);
    CHECK_EQ(described.newest_at, now);
    const auto listed = engine::list_streams(*store().begin_read(), "", "", {});
    CHECK_EQ(listed->streams.at(0).records, 3);
    CHECK_EQ(listed->streams.at(0).bytes, described.bytes);
    CHECK_EQ(listed->streams.at(0).newest_at, now);
}
