#include <doctest/doctest.h>

#include <string>

#include "protocol/crc32c.hpp"

TEST_CASE("CRC-32C agrees with the vectors of RFC 3720 appendix B.4") {
    CHECK_EQ(tern::protocol::crc32c(std::string(32, '\0')), 0x8A9136AAu);
    CHECK_EQ(tern::protocol::crc32c(std::string(32, '\xff')), 0x62A8AB43u);
    CHECK_EQ(tern::protocol::crc32c("123456789"), 0xE3069283u);
}

TEST_CASE("CRC-32C of a text is the CRC of its second part continued from that of its first") {
    const std::string text = "a text of an odd length, cut anywhere";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const auto first = tern::protocol::crc32c(std::string_view(text).substr(0, cut));
        CHECK_EQ(tern::protocol::crc32c(std::string_view(text).substr(cut), first), tern::protocol::crc32c(text));
    }
}

TEST_CASE("CRC-32C of many bytes at once is that of the bytes one by one") {
    std::string bytes;
    std::uint32_t one_by_one = 0;
    for (int i = 0; i < 10'000; ++i) {
        bytes.push_back(static_cast<char>(i * 31 + i / 7));
        one_by_one = tern::protocol::crc32c(std::string_view(bytes).substr(bytes.size() - 1), one_by_one);
        if (tern::protocol::crc32c(bytes) != one_by_one) FAIL(i);
    }
}
