#include <doctest/doctest.h>

#include <string>

#include "broker/base/base64url.hpp"
#include "broker/base/random_source.hpp"

TEST_CASE("base64url agrees with the vectors of RFC 4648 section 10, without padding") {
    CHECK_EQ(tern::encode_base64url(""), "");
    CHECK_EQ(tern::encode_base64url("f"), "Zg");
    CHECK_EQ(tern::encode_base64url("fo"), "Zm8");
    CHECK_EQ(tern::encode_base64url("foo"), "Zm9v");
    CHECK_EQ(tern::encode_base64url("foobar"), "Zm9vYmFy");
    CHECK_EQ(tern::encode_base64url("\xfb\xff"), "-_8");
}

TEST_CASE("what base64url encodes it decodes") {
    tern::SeededRandom random(1);
    for (std::size_t size = 0; size < 100; ++size) {
        std::string bytes;
        while (bytes.size() < size) bytes += static_cast<char>(random.next());
        CHECK_EQ(tern::decode_base64url(tern::encode_base64url(bytes)), bytes);
    }
}

TEST_CASE("texts that base64url never makes are refused") {
    for (const auto* text : {"A", "AAAAA", "Zg==", "Zm9+", "Zm9/", "Z g8", "Zh", "Zm9"})
        CHECK_FALSE(tern::decode_base64url(text).has_value());
}
