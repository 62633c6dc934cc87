#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

TEST_CASE_FIXTURE(StreamFixture, "a stream is described as it was created") {
    CHECK_EQ(create({.partitions = 3,
                     .retention = 1h,
                     .retention_bytes = 1 << 20,
                     .record_bytes_max = 2048,
                     .timestamp_type = engine::TimestampType::append}),
             Errc::ok);

    const auto described = describe();

    CHECK_EQ(described.settings.partitions, 3);
    CHECK_EQ(described.settings.retention, Milliseconds(1h));
    CHECK_EQ(described.settings.retention_bytes, 1 << 20);
    CHECK_EQ(described.settings.record_bytes_max, 2048);
    CHECK_EQ(described.settings.timestamp_type, engine::TimestampType::append);
    CHECK_EQ(described.created_at, now);
    CHECK_EQ(described.modified_at, now);
    REQUIRE_EQ(described.partitions.size(), 3);
    CHECK_EQ(described.partitions[2].partition, 2);
    CHECK_EQ(described.partitions[2].end_offset, 0);
    CHECK_FALSE(described.partitions[2].oldest_at);
}

TEST_CASE_FIXTURE(StreamFixture,
                  "creating a stream again succeeds with the same settings and names the first that differs") {
    const auto first = call(engine::CreateStream{stream, {.partitions = 2}});
    const auto again = call(engine::CreateStream{stream, {.partitions = 2}});
    const auto other = call(engine::CreateStream{stream, {.partitions = 2, .retention = 5s}});

    CHECK(std::get<engine::StreamCreated>(first.body).created);
    CHECK_EQ(again.status, Errc::ok);
    CHECK_FALSE(std::get<engine::StreamCreated>(again.body).created);
    CHECK_EQ(other.status, Errc::stream_exists);
    CHECK_EQ(other.detail, "retention_ms");
}

TEST_CASE_FIXTURE(StreamFixture, "settings outside their ranges are refused, each with its own status") {
    CHECK_EQ(create({.partitions = 0}), Errc::partitions_invalid);
    CHECK_EQ(create({.partitions = 1025}), Errc::partitions_invalid);
    CHECK_EQ(create({.retention = 999ms}), Errc::stream_retention_invalid);
    CHECK_EQ(create({.retention = -1ms}), Errc::stream_retention_invalid);
    CHECK_EQ(create({.retention_bytes = 65'535}), Errc::stream_retention_invalid);
    CHECK_EQ(create({.record_bytes_max = 1023}), Errc::record_bytes_max_invalid);
    CHECK_EQ(create({.record_bytes_max = 16'777'217}), Errc::record_bytes_max_invalid);
    CHECK_EQ(rows_left(), 0);
    CHECK_EQ(create({.partitions = 1024, .retention = 0ms, .retention_bytes = 0, .record_bytes_max = 16'777'216}),
             Errc::ok);
}

TEST_CASE_FIXTURE(StreamFixture, "names that break the rule are refused") {
    for (const std::string name : {"", ".", "..", "a b", "a/b", "\xc3\xa4"})
        CHECK_EQ(create_named(name), Errc::stream_name_invalid);
    CHECK_EQ(create_named(std::string(250, 'a')), Errc::stream_name_invalid);
    CHECK_EQ(create_named(std::string(249, 'a')), Errc::ok);
    CHECK_EQ(create_named("A.b_c-9"), Errc::ok);
    CHECK_EQ(call(engine::CreateStream{{"bad namespace", "a"}, {}}).status, Errc::namespace_invalid);
    CHECK_EQ(call(engine::DeleteStream{{"", std::string(600, 'a')}}).status, Errc::stream_does_not_exist);
}

TEST_CASE_FIXTURE(StreamFixture, "partitions can be added but not taken away") {
    create({.partitions = 2});
    advance(1s);

    CHECK_EQ(set({.partitions = 1}).status, Errc::partitions_invalid);
    CHECK_EQ(set({.partitions = 5}).status, Errc::ok);

    CHECK_EQ(describe().partitions.size(), 5);
    CHECK_EQ(describe().modified_at, now);
    restart();
    CHECK_EQ(set({.partitions = 6}).status, Errc::ok);
    CHECK_EQ(describe().partitions.size(), 6);
}

TEST_CASE_FIXTURE(StreamFixture, "a change leaves what it does not name") {
    create({.partitions = 2, .retention = 1h});

    set({.retention_bytes = 100'000});

    CHECK_EQ(describe().settings.retention, Milliseconds(1h));
    CHECK_EQ(describe().settings.retention_bytes, 100'000);
    CHECK_EQ(call(engine::SetStream{{"", "other"}, {}}).status, Errc::stream_does_not_exist);
}

TEST_CASE_FIXTURE(StreamFixture, "a stream and a queue may have one name, and streams of two namespaces are two") {
    create_named("jobs");
    CHECK_EQ(call(engine::CreateQueue{{"", "jobs"}, {}, {}}).status, Errc::ok);
    CHECK(std::get<engine::StreamCreated>(call(engine::CreateStream{{"eu", "jobs"}, {}}).body).created);

    CHECK_EQ(engine::list_streams(*store().begin_read(), "", "", {})->streams.size(), 1);
    CHECK_EQ(engine::list_streams(*store().begin_read(), "eu", "", {})->streams.size(), 1);
    CHECK_EQ(engine::count_streams(*store().begin_read()), 2);
}

TEST_CASE_FIXTURE(StreamFixture, "streams are listed by name, page by page") {
    for (const auto* name : {"b", "a.2", "c", "a.1"}) create_named(name);

    const auto first = engine::list_streams(*store().begin_read(), "", "", {.entries_max = 3, .token = {}});
    const auto second =
        engine::list_streams(*store().begin_read(), "", "", {.entries_max = 3, .token = first->next_token});
    const auto prefixed = engine::list_streams(*store().begin_read(), "", "a.", {});

    REQUIRE_EQ(first->streams.size(), 3);
    CHECK_EQ(first->streams[0].name, "a.1");
    CHECK_EQ(first->streams[2].name, "b");
    REQUIRE_EQ(second->streams.size(), 1);
    CHECK_EQ(second->streams[0].name, "c");
    CHECK_EQ(second->next_token, "");
    CHECK_EQ(prefixed->streams.size(), 2);
    CHECK_EQ(engine::list_streams(*store().begin_read(), "", "", {.entries_max = 0, .token = {}}).error(),
             Errc::page_size_invalid);
    CHECK_EQ(engine::list_streams(*store().begin_read(), "", "", {.entries_max = 3, .token = "!"}).error(),
             Errc::page_token_invalid);
}

TEST_CASE("no more streams are created than the limit says") {
    StreamFixture fixture({.streams_max = 1});

    CHECK_EQ(fixture.create_named("a"), Errc::ok);
    CHECK_EQ(fixture.create_named("b"), Errc::too_many_streams);
    CHECK_EQ(fixture.create_named("a"), Errc::ok);
}

TEST_CASE_FIXTURE(StreamFixture, "a deleted stream is gone at once, and can be created again as a new one") {
    create({.partitions = 10});

    CHECK_EQ(remove(), Errc::ok);

    CHECK_EQ(engine::describe_stream(*store().begin_read(), stream, {}).error(), Errc::stream_does_not_exist);
    CHECK_EQ(remove(), Errc::stream_does_not_exist);
    CHECK_EQ(create({.partitions = 2}), Errc::ok);
    idle();
    CHECK_EQ(describe().partitions.size(), 2);
    CHECK_EQ(rows(store::Table::stream_partitions), 2);
}

TEST_CASE_FIXTURE(StreamFixture, "a producer id is given out once, also after a restart") {
    const auto allocate = [&] { return std::get<engine::ProducerAllocated>(call(engine::AllocateProducer{}).body); };

    const auto first = allocate();
    const auto second = allocate();
    restart();
    const auto third = allocate();

    CHECK_EQ(first.epoch, 0);
    CHECK_EQ(second.id, first.id + 1);
    CHECK_EQ(third.id, second.id + 1);
}

TEST_CASE_FIXTURE(StreamFixture,
                  "a stream is described with the groups that have committed offsets, until it is deleted") {
    create();
    for (const auto* group : {"billing", "search"})
        CHECK_EQ(call(engine::CommitOffsets{{"", group}, "", 0, {{stream.name, 0, 0, ""}}}).status, Errc::ok);

    CHECK_EQ(describe().groups, Texts{"billing", "search"});

    remove();
    create();
    idle();
    CHECK(describe().groups.empty());
    CHECK_EQ(rows(store::Table::group_offsets), 0);
}
