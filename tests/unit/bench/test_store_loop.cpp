#include <doctest/doctest.h>

#include <filesystem>

#include "tests/unit/bench/quick_run.hpp"
#include "tools/bench/data_folder.hpp"
#include "tools/bench/flush_loop.hpp"
#include "tools/bench/store_loop.hpp"

using namespace tern::bench;

TEST_CASE("after cycles the loop's tables hold just what is received and not yet deleted, beside the backlog") {
    const ScratchFolder folder(".");
    StoreLoop loop(folder.path(), {.mix = Mix::cycle, .batch = 10, .queues = 3, .backlog = 1000});

    const auto result = loop.run(short_run, 50);

    const auto rows = loop.rows();
    CHECK_GT(result.commits, 0);
    CHECK_EQ(result.messages, result.commits * 50);
    CHECK_EQ(rows.received, 50);
    CHECK_EQ(rows.messages, 1050);
    CHECK_EQ(rows.schedule, 1050);
    CHECK_EQ(rows.counters, 3);
}

TEST_CASE("a loop of sends leaves each message and its schedule row") {
    const ScratchFolder folder(".");
    StoreLoop loop(folder.path(), {.mix = Mix::send, .batch = 1});

    const auto result = loop.run(short_run, 7.4);

    // The first commit is not measured.
    CHECK_EQ(loop.rows().messages, result.messages + 7);
    CHECK_EQ(loop.rows().schedule, result.messages + 7);
    CHECK_EQ(loop.rows().counters, 1);
}

TEST_CASE("a loop of deletes ends with its backlog and fills it up for the next run") {
    const ScratchFolder folder(".");
    StoreLoop loop(folder.path(), {.mix = Mix::receive_delete, .batch = 10, .backlog = 500});

    for (int run = 0; run < 2; ++run) {
        const auto result = loop.run(600, 100);

        CHECK_EQ(result.messages, 500);
        CHECK_EQ(loop.rows().messages, 0);
        CHECK_EQ(loop.rows().schedule, 0);
    }
}

TEST_CASE("the flush loop counts what it flushed and leaves nothing behind") {
    const ScratchFolder folder(".");

    const auto result = run_flush_loop(folder.path(), 0.05);

    CHECK_GT(result.flushes, 0);
    CHECK_EQ(result.latency.count(), result.flushes);
    CHECK_GE(result.seconds, 0.05);
    CHECK(std::filesystem::is_empty(folder.path()));
}
