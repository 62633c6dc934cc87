#include <doctest/doctest.h>

#include <array>

#include "broker/base/hex.hpp"

TEST_CASE("bytes are two lower-case digits each") {
    CHECK_EQ(tern::hex_of({}), "");
    CHECK_EQ(tern::hex_of(std::array<unsigned char, 4>{0x00, 0x0f, 0xa0, 0xff}), "000fa0ff");
}

TEST_CASE("a UUID shows all 128 bits in order") {
    CHECK_EQ(tern::uuid_text(0x0123456789abcdef, 0xfedcba9876543210), "01234567-89ab-cdef-fedc-ba9876543210");
    CHECK_EQ(tern::uuid_text(0, 0), "00000000-0000-0000-0000-000000000000");
    CHECK_EQ(tern::uuid_text(0x8000000000000001, 1), "80000000-0000-0001-0000-000000000001");
}
