#include <doctest/doctest.h>

#include <set>
#include <string>

#include "protocol/limits.hpp"
#include "tests/unit/protocol/batches.hpp"

namespace tern::protocol {
namespace {

using test::batch_of;
using test::with_field;
using test::with_records;

BatchFault check(const std::string& batch) {
    return check_batch(batch).fault;
}

/// What a reader finds, records included.
BatchFault read(const std::string& batch) {
    BatchReader reader(batch);
    while (reader.next()) {
    }
    return reader.fault();
}

void check_both(const std::string& batch, BatchFault fault) {
    CHECK_EQ(check(batch), fault);
    CHECK_EQ(read(batch), fault);
}

const std::string sound = batch_of(test::sample_records());

std::string records_text(const char* hex) {
    return with_records(batch_of({{0, "k", "v"}}), test::from_hex(hex));
}

}  // namespace

TEST_CASE("a batch that is cut off anywhere is told, whatever is cut") {
    for (const auto compression :
         {Compression::none, Compression::gzip, Compression::snappy, Compression::lz4, Compression::zstd}) {
        const auto batch = batch_of(test::similar_records(20), compression);
        REQUIRE_EQ(check(batch), BatchFault::none);
        for (std::size_t cut = 0; cut < batch.size(); ++cut) check_both(batch.substr(0, cut), BatchFault::cut_off);
    }
}

TEST_CASE("a batch whose length says less than a header is cut off") {
    for (const std::int32_t length : {-1, 0, 48, INT32_MIN})
        check_both(with_field(sound, 8, length), BatchFault::cut_off);
}

TEST_CASE("what follows a batch is told") {
    check_both(sound + "x", BatchFault::trailing_bytes);
    check_both(sound + sound, BatchFault::trailing_bytes);
    check_both(with_field(sound, 8, std::int32_t{49}), BatchFault::trailing_bytes);
}

TEST_CASE("other versions are refused, also those that are shorter than a header") {
    for (const int version : {0, 1, 3, -1}) {
        const auto magic = static_cast<std::int8_t>(version);
        check_both(with_field(sound, 16, magic), BatchFault::wrong_magic);
        check_both(with_field(sound, 16, magic).substr(0, 40), BatchFault::wrong_magic);
    }
}

TEST_CASE("every changed byte behind the checksum is noticed") {
    for (std::size_t at = 17; at < sound.size(); ++at) {
        auto batch = sound;
        batch[at] = static_cast<char>(batch[at] ^ 0x10);
        check_both(batch, BatchFault::wrong_checksum);
    }
}

TEST_CASE("attributes without a meaning here are refused") {
    for (const int codec : {5, 6, 7})
        check_both(with_field(sound, 21, static_cast<std::int16_t>(codec)), BatchFault::attributes);
    // Transactional, control, delete horizon, and all that have no meaning yet.
    for (int bit = 4; bit < 16; ++bit)
        check_both(with_field(sound, 21, static_cast<std::int16_t>(1 << bit)), BatchFault::attributes);
}

TEST_CASE("the number of records fits the offsets, and is at least one") {
    check_both(with_field(sound, 57, std::int32_t{0}), BatchFault::counts);
    check_both(with_field(sound, 57, std::int32_t{6}), BatchFault::counts);
    check_both(with_field(sound, 23, std::int32_t{5}), BatchFault::counts);
    check_both(with_field(with_field(sound, 23, std::int32_t{-1}), 57, std::int32_t{0}), BatchFault::counts);
    check_both(with_field(with_field(sound, 23, INT32_MAX), 57, INT32_MIN), BatchFault::counts);
    // Offsets count from 0 to 2^63 - 1, where a partition would end.
    check_both(with_field(sound, 0, std::int64_t{-1}), BatchFault::counts);
    check_both(with_field(sound, 0, INT64_MAX - 5), BatchFault::none);
    check_both(with_field(sound, 0, INT64_MAX - 4), BatchFault::counts);
    // Told otherwise than there are.
    check_both(with_field(with_field(sound, 23, std::int32_t{3}), 57, std::int32_t{4}), BatchFault::records);
    check_both(with_field(with_field(sound, 23, std::int32_t{5}), 57, std::int32_t{6}), BatchFault::records);
}

TEST_CASE("a batch is no longer than the limits") {
    BatchBuilder builder;
    builder.begin();
    for (std::size_t i = 0; i < batch_records_max; ++i) builder.add(1, std::nullopt, "");
    CHECK_EQ(check_batch(builder.finish(Compression::none, {})).fault, BatchFault::none);

    builder.add(1, std::nullopt, "");
    check_both(std::string(builder.finish(Compression::none, {})), BatchFault::too_long);

    const auto around =
        batch_of({{1, std::nullopt, std::string(record_batch_bytes_max, 'x')}}).size() - record_batch_bytes_max;
    check_both(batch_of({{1, std::nullopt, std::string(record_batch_bytes_max - around, 'x')}}), BatchFault::none);
    check_both(batch_of({{1, std::nullopt, std::string(record_batch_bytes_max - around + 1, 'x')}}),
               BatchFault::too_long);
}

TEST_CASE("the greatest timestamp is that of a record") {
    CHECK_EQ(check(with_field(sound, 35, std::int64_t{1'700'000'000'004})), BatchFault::timestamps);
    CHECK_EQ(check(with_field(sound, 35, std::int64_t{1'700'000'000'006})), BatchFault::timestamps);
    CHECK_EQ(check(with_field(sound, 27, std::int64_t{1'700'000'000'001})), BatchFault::timestamps);
    // Nobody's but the broker's, when it sets the time.
    check_both(with_field(with_field(sound, 35, std::int64_t{5}), 21, std::int16_t{8}), BatchFault::none);
    // The sum is larger than a timestamp can be.
    check_both(with_field(sound, 27, INT64_MAX), BatchFault::timestamps);
}

TEST_CASE("a producer has an id, an epoch and a sequence, or none") {
    check_both(batch_of({{1, "k", "v"}}, Compression::none, {0, 0, 0}), BatchFault::none);
    check_both(batch_of({{1, "k", "v"}}, Compression::none, {-1, 5, 5}), BatchFault::none);
    check_both(batch_of({{1, "k", "v"}}, Compression::none, {7, -1, 0}), BatchFault::producer);
    check_both(batch_of({{1, "k", "v"}}, Compression::none, {7, 0, -1}), BatchFault::producer);
    check_both(batch_of({{1, "k", "v"}}, Compression::none, {-2, 0, 0}), BatchFault::producer);
}

TEST_CASE("a record whose fields contradict each other is told") {
    // Length, attributes, timestamp, offset, key, value, number of headers.
    check_both(records_text("10 00 00 00 02 6b 02 76 00"), BatchFault::none);
    CAPTURE("longer than what there is");
    check_both(records_text("12 00 00 00 02 6b 02 76 00"), BatchFault::records);
    CAPTURE("shorter than its fields");
    check_both(records_text("0e 00 00 00 02 6b 02 76 00"), BatchFault::records);
    CAPTURE("length of zero, and below");
    check_both(records_text("00"), BatchFault::records);
    check_both(records_text("01"), BatchFault::records);
    CAPTURE("not the next offset");
    check_both(records_text("10 00 00 02 02 6b 02 76 00"), BatchFault::records);
    check_both(records_text("10 00 00 01 02 6b 02 76 00"), BatchFault::records);
    CAPTURE("key or value longer than the record");
    check_both(records_text("10 00 00 00 0c 6b 02 76 00"), BatchFault::records);
    check_both(records_text("10 00 00 00 02 6b 06 76 00"), BatchFault::records);
    CAPTURE("lengths below -1");
    check_both(records_text("10 00 00 00 03 6b 02 76 00"), BatchFault::records);
    check_both(records_text("10 00 00 00 02 6b 03 76 00"), BatchFault::records);
    CAPTURE("a number of headers that is negative, or cannot be");
    check_both(records_text("10 00 00 00 02 6b 02 76 01"), BatchFault::records);
    check_both(records_text("10 00 00 00 02 6b 02 76 02"), BatchFault::records);
    check_both(records_text("18 00 00 00 02 6b 02 76 feffffff0f"), BatchFault::records);
    CAPTURE("headers: a whole one, without a key, cut off, and followed by more");
    check_both(records_text("16 00 00 00 02 6b 02 76 02 02 61 01"), BatchFault::none);
    check_both(records_text("14 00 00 00 02 6b 02 76 02 01 01"), BatchFault::records);
    check_both(records_text("16 00 00 00 02 6b 02 76 02 02 61 04"), BatchFault::records);
    check_both(records_text("18 00 00 00 02 6b 02 76 02 02 61 01 00"), BatchFault::records);
    CAPTURE("something behind the last record");
    check_both(records_text("10 00 00 00 02 6b 02 76 00 00"), BatchFault::records);
    CAPTURE("numbers that do not end");
    check_both(records_text("10 00 80 80 80 80 80 80 80"), BatchFault::records);
    check_both(records_text("80 80 80 80 80 80"), BatchFault::records);
    check_both(records_text(""), BatchFault::records);
}

TEST_CASE("records that are cut off within their batch are told at every byte") {
    const auto records = sound.substr(batch_header_bytes);
    for (std::size_t cut = 0; cut < records.size(); ++cut)
        check_both(with_records(sound, records.substr(0, cut)), BatchFault::records);
}

TEST_CASE("whatever byte of a record is changed, nothing is read past the batch") {
    const auto records = sound.substr(batch_header_bytes);
    for (std::size_t at = 0; at < records.size(); ++at) {
        for (const int byte : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
            auto changed = records;
            changed[at] = static_cast<char>(byte);
            const auto batch = with_records(sound, changed);
            if (check(batch) == BatchFault::none) CHECK_EQ(read(batch), BatchFault::none);
        }
    }
}

TEST_CASE("every fault has a sentence of its own") {
    std::set<std::string_view> texts;
    for (int fault = 0; fault <= static_cast<int>(BatchFault::compression); ++fault)
        texts.insert(text_of(static_cast<BatchFault>(fault)));

    CHECK_EQ(texts.size(), static_cast<std::size_t>(BatchFault::compression) + 1);
}

}  // namespace tern::protocol
