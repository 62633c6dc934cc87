#include <limits>

#include "broker/engine/append.hpp"
#include "broker/engine/stream_producers.hpp"
#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

namespace {

struct ProducerFixture : StreamFixture {
    ProducerFixture() {
        create({.partitions = 2});
        id = std::get<engine::ProducerAllocated>(call(engine::AllocateProducer{}).body).id;
    }
    /// Sends `records` records from that sequence on.
    engine::AppendResult send(std::int32_t sequence, int records = 1, std::int16_t epoch = 0,
                              std::uint32_t partition = 0) {
        return append(
            batch_of(Texts(static_cast<std::size_t>(records), "x"), protocol::ProducerStamp{id, epoch, sequence}),
            partition);
    }

    std::int64_t id = 0;
};

}  // namespace

TEST_CASE_FIXTURE(ProducerFixture, "a batch that is sent again is answered with its offset and not stored again") {
    append("before");
    send(0, 3);

    const auto again = send(0, 3);

    CHECK_EQ(again.status, Errc::ok);
    CHECK(again.duplicate);
    CHECK_EQ(again.base_offset, 1);
    CHECK_EQ(again.end_offset, 4);
    CHECK_EQ(describe(0).end_offset, 4);
    CHECK_EQ(engine().counters().batches_duplicate, 1);
}

TEST_CASE_FIXTURE(ProducerFixture, "a repetition is known in the same request, and after a restart") {
    const auto batch = batch_of(Texts{"x"}, {id, 0, 0});

    const auto results = append({batch, batch});
    restart();
    const auto later = append(batch);

    CHECK_FALSE(results[0].duplicate);
    CHECK(results[1].duplicate);
    CHECK(later.duplicate);
    CHECK_EQ(describe(0).end_offset, 1);
}

TEST_CASE_FIXTURE(ProducerFixture, "the last five batches are known, an older one is out of order") {
    for (int i = 0; i < 6; ++i) CHECK_EQ(send(2 * i, 2).base_offset, 2 * i);

    for (int i = 1; i < 6; ++i) {
        CHECK(send(2 * i, 2).duplicate);
        CHECK_EQ(send(2 * i, 2).base_offset, 2 * i);
    }
    CHECK_EQ(send(0, 2).status, Errc::sequence_out_of_order);
    CHECK_EQ(send(10, 1).status, Errc::sequence_out_of_order);
    CHECK_EQ(send(12, 2).base_offset, 12);
}

TEST_CASE_FIXTURE(ProducerFixture, "a gap is refused, and the producer can go on without one") {
    send(0, 2);

    CHECK_EQ(send(3).status, Errc::sequence_out_of_order);
    CHECK_EQ(send(1).status, Errc::sequence_out_of_order);
    CHECK_EQ(send(2).status, Errc::ok);
}

TEST_CASE_FIXTURE(ProducerFixture, "a producer that is unknown on the partition may begin anywhere") {
    CHECK_EQ(send(1000).status, Errc::ok);
    CHECK_EQ(send(1001).status, Errc::ok);
    CHECK_EQ(send(5, 1, 3, 1).status, Errc::ok);
}

TEST_CASE_FIXTURE(ProducerFixture, "sequences wrap behind the greatest") {
    constexpr auto greatest = std::numeric_limits<std::int32_t>::max();

    CHECK_EQ(engine::producers::sequence_after(greatest, 1), 0);
    send(greatest - 1, 3);

    CHECK(send(greatest - 1, 3).duplicate);
    CHECK_EQ(send(0).status, Errc::sequence_out_of_order);
    CHECK_EQ(send(1).status, Errc::ok);
}

TEST_CASE_FIXTURE(ProducerFixture, "a newer epoch begins at 0 and fences the older one") {
    send(0);
    send(1);

    CHECK_EQ(send(2, 1, 1).status, Errc::sequence_out_of_order);
    CHECK_EQ(send(0, 1, 1).status, Errc::ok);
    CHECK_EQ(send(2, 1, 0).status, Errc::producer_fenced);
    CHECK_EQ(send(0, 1, 0).status, Errc::producer_fenced);
    CHECK(send(0, 1, 1).duplicate);
    CHECK_EQ(send(1, 1, 1).status, Errc::ok);
}

TEST_CASE_FIXTURE(ProducerFixture, "an id that was never given out is refused, also one that will be") {
    id += 1;
    CHECK_EQ(send(0).status, Errc::producer_unknown);
    id = 0;
    CHECK_EQ(send(0).status, Errc::producer_unknown);
    CHECK_EQ(rows(store::Table::stream_producers), 0);
}

TEST_CASE_FIXTURE(ProducerFixture, "a repetition that expects an offset is answered as a repetition") {
    auto batch = batch_of(Texts{"x"}, {id, 0, 0});
    batch.expected_offset = 0;

    append(batch);
    const auto again = append(batch);

    CHECK_EQ(again.status, Errc::ok);
    CHECK(again.duplicate);
}

TEST_CASE_FIXTURE(ProducerFixture, "a producer that is silent for a day is forgotten, one that appends is not") {
    send(0);
    advance(20h);
    send(1);
    advance(20h);
    CHECK_EQ(send(0).duplicate, true);
    CHECK_EQ(rows(store::Table::stream_producers), 1);

    advance(5h);

    CHECK_EQ(rows(store::Table::stream_producers), 0);
    CHECK_FALSE(send(1).duplicate);
}
