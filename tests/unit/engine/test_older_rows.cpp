#include <doctest/doctest.h>

#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/queue_row.hpp"
#include "broker/engine/rows.hpp"

namespace tern::test {
namespace {

constexpr std::size_t group_bytes_before = 20;

}  // namespace

TEST_CASE("a group's row from before it had a second place in the schedule waits where it stands") {
    const engine::FifoGroup written{7, Timestamp(5000), 2, Timestamp(9000)};
    const auto row = engine::encode(written);
    const BytesView bytes = row;

    const auto read = engine::decode_fifo_group(bytes);
    CHECK(read.release_at == Timestamp(9000));
    CHECK(engine::fifo::next_landing(read) == Timestamp(9000));

    const auto older = engine::decode_fifo_group(bytes.substr(0, group_bytes_before));
    CHECK_EQ(older.ordinal, 7);
    CHECK_EQ(older.in_flight, 2);
    CHECK(!older.release_at);
    CHECK(engine::fifo::next_landing(older) == Timestamp(5000));
}

TEST_CASE("a queue's row without the scope that it was made with has that of its settings") {
    engine::QueueRow row{{"", "jobs.fifo"}, {}, {}, Timestamp(1), Timestamp(2)};
    row.settings.fifo = true;
    row.settings.deduplication_scope = engine::DeduplicationScope::message_group;
    row.deduplicates_in = engine::DeduplicationScope::queue;
    const auto bytes = engine::encode(row);

    CHECK(engine::decode_queue_row(bytes)->deduplicates_in == engine::DeduplicationScope::queue);
    const auto older = engine::decode_queue_row(BytesView(bytes).substr(0, bytes.size() - 1));
    CHECK(older->deduplicates_in == engine::DeduplicationScope::message_group);
}

}  // namespace tern::test
