#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "tests/unit/protocol/batches.hpp"

namespace tern::protocol {

using test::batch_of;
using test::records_of;

TEST_CASE("records are read as they were put in") {
    const auto records = test::sample_records();
    const auto batch = batch_of(records, Compression::none, {77, 3, 1000});

    BatchReader reader(batch);

    CHECK_EQ(reader.fault(), BatchFault::none);
    CHECK_EQ(records_of(reader), records);
    CHECK_EQ(reader.fault(), BatchFault::none);
    CHECK_EQ(reader.next(), nullptr);
    CHECK_EQ(reader.header().bytes, batch.size());
    CHECK_EQ(reader.header().records, 5);
    CHECK_EQ(reader.header().timestamp_max, 1'700'000'000'005);
    CHECK((reader.header().producer == ProducerStamp{77, 3, 1000}));
}

TEST_CASE("what the broker sets is what readers see") {
    auto batch = batch_of(test::sample_records());
    set_base_offset(batch.data(), 5'000'000'000);
    CHECK_EQ(check_batch(batch).fault, BatchFault::none);

    set_append_time(batch.data(), batch.size(), 1'800'000'000'000);
    CHECK_EQ(check_batch(batch).fault, BatchFault::none);

    BatchReader reader(batch);
    std::int64_t offset = 5'000'000'000;
    while (const auto* record = reader.next()) {
        CHECK_EQ(record->offset, offset++);
        CHECK_EQ(record->timestamp_ms, 1'800'000'000'000);
    }
    CHECK_EQ(offset, 5'000'000'005);
    CHECK_EQ(reader.header().next_offset(), offset);
    CHECK(reader.header().append_time());
}

TEST_CASE("a builder and a reader are used again and again") {
    BatchBuilder builder;
    BatchReader reader;
    for (int round = 0; round < 20; ++round) {
        const auto compression = static_cast<Compression>(round % 5);
        const auto records = round % 3 == 0 ? test::sample_records() : test::similar_records(round * 50);
        builder.begin();
        for (const auto& record : records) test::add(builder, record);
        CHECK_EQ(builder.records(), records.size());

        const auto batch = builder.finish(compression, {});

        CHECK_EQ(check_batch(batch).fault, BatchFault::none);
        REQUIRE_EQ(reader.open(batch), BatchFault::none);
        CHECK_EQ(records_of(reader), records);
    }
}

TEST_CASE("a record that was read outlives a move of its reader") {
    const auto batch = batch_of(test::similar_records(100), Compression::zstd);
    BatchReader first(batch);
    REQUIRE(first.next());

    BatchReader second(std::move(first));

    const auto* record = second.next();
    REQUIRE(record);
    CHECK_EQ(test::own(*record), test::similar_records(2)[1]);
}

TEST_CASE("a record takes no more bytes than was foretold") {
    BatchBuilder builder;
    for (const auto& record : test::sample_records()) {
        builder.begin();
        CHECK_EQ(builder.bytes(), batch_header_bytes);
        std::vector<RecordHeader> headers;
        for (const auto& header : record.headers) headers.push_back({header.key, test::view_of(header.value)});

        const auto foretold =
            BatchBuilder::record_bytes(test::view_of(record.key), test::view_of(record.value), headers);
        test::add(builder, record);

        CHECK_LE(builder.bytes(), batch_header_bytes + foretold);
    }
}

TEST_CASE("the check tells the longest record, headers included") {
    const auto checked = check_batch(batch_of({{1, "abc", "de", {{"f", "gh"}, {"i", std::nullopt}}}, {1, "a", "b"}}));

    CHECK_EQ(checked.fault, BatchFault::none);
    CHECK_EQ(checked.record_bytes_max, 9);
    CHECK_EQ(checked.header.records, 2);
}

TEST_CASE("a header is read from the front of more") {
    const auto one = batch_of({{1, "a", "b"}});
    const auto two = one + batch_of(test::sample_records());

    const auto header = read_batch_header(two);

    REQUIRE(header);
    CHECK_EQ(header->bytes, one.size());
    CHECK_EQ(read_batch_header(two.substr(header->bytes))->records, 5);
    CHECK_FALSE(read_batch_header(one.substr(0, one.size() - 1)));
    CHECK_FALSE(read_batch_header(""));
}

}  // namespace tern::protocol
