#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/stream_queries.hpp"
#include "protocol/record_batch.hpp"
#include "tests/unit/runtime/commit_loop_fixture.hpp"

namespace tern::runtime {

using Events = std::vector<std::string>;

namespace {

struct StreamLoop : CommitLoopFixture {
    explicit StreamLoop(MailboxLimits limits = {}) : CommitLoopFixture(limits) {
        protocol::BatchBuilder builder;
        builder.begin();
        builder.add(0, std::nullopt, "a record");
        batch = builder.finish(protocol::Compression::none, {});
    }
    std::uint64_t create_stream() { return put(engine::CreateStream{{"", "s"}, {}}); }
    std::uint64_t append() {
        engine::NewBatch entry;
        entry.bytes = batch;
        entry.header = *protocol::read_batch_header(batch);
        return put(engine::Append{{"", "s"}, {entry}});
    }
    /// Where a reader finds the end of the partition, as readers are told to look.
    std::uint64_t readable() {
        const auto snapshot = store.begin_read();
        const auto fetched = engine::fetch(*snapshot, {{{"", "s"}, 0, 0}}, {}, durable_ends.durable_end());
        const auto& partition = fetched.partitions.at(0);
        CHECK_EQ(partition.batches.size(), partition.end_offset * batch.size());
        return partition.end_offset;
    }

    std::string batch;
};

struct OneAppendABatch : StreamLoop {
    OneAppendABatch() : StreamLoop({.batch_commands_max = 1}) {}
};

}  // namespace

TEST_CASE_FIXTURE(StreamLoop, "records can be read once they are durable, and not between their commit and its flush") {
    create_stream();
    start();
    settle();
    std::vector<std::uint64_t> before_flush;
    record.before_flush = [&] { before_flush.push_back(readable()); };

    append();
    settle();
    const auto after_first = readable();
    append();
    settle();

    CHECK_EQ(before_flush, std::vector<std::uint64_t>{0, 1});
    CHECK_EQ(after_first, 1);
    CHECK_EQ(readable(), 2);
}

TEST_CASE_FIXTURE(OneAppendABatch,
                  "records of commits that are durable at once can be read after their return, and not before") {
    record.commits_are_durable = true;
    create_stream();
    std::vector<std::uint64_t> before_return;
    append();
    append();
    record.before_flush = [&] {
        if (record.count("commit") > 1) before_return.push_back(readable());
    };
    start();
    settle();

    CHECK_EQ(before_return, std::vector<std::uint64_t>{0, 1});
    CHECK_EQ(readable(), 2);
    CHECK_EQ(record.count("flush"), 0);
}

TEST_CASE_FIXTURE(OneAppendABatch, "the next commit makes records readable, up to those it has appended itself") {
    create_stream();
    std::vector<std::uint64_t> before_flush;
    record.before_flush = [&] { before_flush.push_back(readable()); };
    append();
    append();
    append();
    start();
    settle();

    CHECK_EQ(record.count("commit"), 4);
    CHECK_EQ(before_flush, std::vector<std::uint64_t>{2});
    CHECK_EQ(readable(), 3);
}

TEST_CASE_FIXTURE(StreamLoop, "whoever waits learns what grew in the hand-over that brings the answers") {
    sink.wants_news = true;
    create_stream();
    start();
    settle_and_forget();

    const auto appended = append();
    settle();

    CHECK_EQ(record.events, Events{"commit", "flush", "news", "answer " + std::to_string(appended)});
    REQUIRE_EQ(sink.news.size(), 1);
    CHECK_EQ(sink.news[0].grown.size(), 1);
    CHECK(sink.news[0].cut.empty());
}

TEST_CASE_FIXTURE(OneAppendABatch, "what grew is told when it is durable, not when it is committed") {
    sink.wants_news = true;
    create_stream();
    append();
    append();
    start();
    settle();

    CHECK_EQ(record.events,
             Events{"commit", "commit", "answer 1", "commit", "news", "answer 2", "flush", "news", "answer 3"});
}

TEST_CASE_FIXTURE(StreamLoop, "a stream that is deleted or truncated is told by its name") {
    sink.wants_news = true;
    create_stream();
    append();
    start();
    settle();
    sink.news.clear();

    put(engine::TruncateStream{{"", "s"}, 0, 1});
    settle();
    put(engine::DeleteStream{{"", "s"}});
    settle();

    REQUIRE_EQ(sink.news.size(), 2);
    for (const auto& news : sink.news) {
        CHECK(news.grown.empty());
        CHECK(news.cut == std::vector<engine::StreamName>{{"", "s"}});
    }
}

TEST_CASE_FIXTURE(StreamLoop, "nothing is told to threads on which nobody waits") {
    create_stream();
    append();
    start();
    settle();

    CHECK(sink.news.empty());
}

TEST_CASE_FIXTURE(StreamLoop, "what happened to streams is counted") {
    create_stream();
    append();
    append();
    start();
    settle();

    CHECK_EQ(metrics.records_appended.value(), 2);
    CHECK_EQ(metrics.record_bytes_appended.value(), 2 * batch.size());
}

}  // namespace tern::runtime
