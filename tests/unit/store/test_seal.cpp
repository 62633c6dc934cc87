#include <doctest/doctest.h>

#include "broker/store/seal.hpp"

using namespace tern;
using namespace tern::store;

TEST_CASE("a value that fits a page has one row and no more") {
    constexpr auto fits = row_bytes_max - whole_seal_bytes;

    CHECK_EQ(further_rows(0), 0);
    CHECK_EQ(further_rows(fits), 0);
    CHECK_EQ(first_row_bytes(fits), row_bytes_max);
    CHECK_EQ(further_rows(fits + 1), 1);
    CHECK_EQ(first_row_bytes(fits + 1), row_bytes_max);
}

TEST_CASE("a long value takes as many further rows as it fills") {
    constexpr auto first = row_bytes_max - cut_seal_bytes;

    CHECK_EQ(further_rows(first + row_bytes_max), 1);
    CHECK_EQ(further_rows(first + row_bytes_max + 1), 2);
    CHECK_EQ(further_rows(16u << 20), 4112);
}

TEST_CASE("a first row tells what was written into it") {
    const Bytes value(10'000, 'v');
    Bytes row(first_row_bytes(value.size()), '\0');

    write_first_row(row.data(), 0x01020304, value);
    const auto seal = read_seal(row);

    REQUIRE(seal);
    CHECK(seal->kind == SealKind::cut);
    CHECK_EQ(seal->crc, 0x01020304);
    CHECK_EQ(seal->value_bytes, 10'000);
    CHECK_EQ(seal->piece.size(), row_bytes_max - cut_seal_bytes);
}

TEST_CASE("what cannot begin a value is no seal") {
    Bytes cut(row_bytes_max, '\0');
    write_first_row(cut.data(), 0, Bytes(10'000, 'v'));
    auto too_long = cut;
    store_little(too_long.data() + whole_seal_bytes, std::uint32_t{0xFFFFFFFF});
    auto too_short = cut;
    store_little(too_short.data() + whole_seal_bytes, std::uint32_t{4000});

    CHECK_FALSE(read_seal(""));
    CHECK_FALSE(read_seal("\1abc"));
    CHECK_FALSE(read_seal("\3abcdefgh"));
    CHECK_FALSE(read_seal(BytesView(cut).substr(0, cut.size() - 1)));
    CHECK_FALSE(read_seal(too_long));
    CHECK_FALSE(read_seal(too_short));
    CHECK(read_seal(cut));
}

TEST_CASE("the checksum covers the key") {
    CHECK_NE(seal_crc("key1", "value"), seal_crc("key2", "value"));
    CHECK_NE(seal_crc("key1", "value"), seal_crc("key1", "walue"));
}
