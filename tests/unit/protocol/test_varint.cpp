#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "protocol/varint.hpp"
#include "tests/unit/protocol/batches.hpp"

namespace tern::protocol {
namespace {

template <class T>
std::string written(T value) {
    char bytes[10];
    return {bytes, static_cast<std::size_t>(write_varint(bytes, value) - bytes)};
}

template <class T>
std::optional<T> read(const std::string& bytes) {
    Cursor cursor{bytes.data(), bytes.data() + bytes.size()};
    T value{};
    if (!read_varint(cursor, value) || cursor.at != cursor.end) return std::nullopt;
    return value;
}

template <class T>
void check_round_trip(T value) {
    CAPTURE(value);
    const auto bytes = written(value);
    CHECK_EQ(bytes.size(), varint_bytes(value));
    CHECK_EQ(read<T>(bytes), value);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(read<T>(bytes.substr(0, cut)));
}

}  // namespace

TEST_CASE("numbers near zero take one byte, whatever their sign") {
    CHECK_EQ(test::hex(written<std::int32_t>(0)), "00");
    CHECK_EQ(test::hex(written<std::int32_t>(-1)), "01");
    CHECK_EQ(test::hex(written<std::int32_t>(1)), "02");
    CHECK_EQ(test::hex(written<std::int32_t>(63)), "7e");
    CHECK_EQ(test::hex(written<std::int32_t>(-64)), "7f");
    CHECK_EQ(test::hex(written<std::int32_t>(64)), "8001");
    CHECK_EQ(test::hex(written<std::int64_t>(-1'000)), "cf0f");
}

TEST_CASE("every number is read as it was written") {
    for (int shift = 0; shift < 64; ++shift) {
        for (const std::int64_t beside : {-1, 0, 1}) {
            const auto value =
                static_cast<std::int64_t>((std::uint64_t{1} << shift) + static_cast<std::uint64_t>(beside));
            check_round_trip<std::int64_t>(value);
            check_round_trip<std::int64_t>(~value);
            check_round_trip(static_cast<std::int32_t>(value));
            check_round_trip(static_cast<std::int32_t>(~value));
        }
    }
}

TEST_CASE("a number that is too large or too long is refused") {
    CHECK_EQ(read<std::int32_t>(test::from_hex("ffffffff0f")), INT32_MIN);
    CHECK_FALSE(read<std::int32_t>(test::from_hex("ffffffff1f")));
    CHECK_FALSE(read<std::int32_t>(test::from_hex("808080808000")));
    CHECK_EQ(read<std::int64_t>(test::from_hex("ffffffffffffffffff01")), INT64_MIN);
    CHECK_FALSE(read<std::int64_t>(test::from_hex("ffffffffffffffffff02")));
    CHECK_FALSE(read<std::int64_t>(test::from_hex("8080808080808080808000")));
}

}  // namespace tern::protocol
