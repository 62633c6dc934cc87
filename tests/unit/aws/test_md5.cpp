#include <doctest/doctest.h>

#include "broker/frontends/aws/md5.hpp"

namespace tern::aws {

TEST_CASE("MD5 of the test suite of RFC 1321") {
    CHECK_EQ(md5_of(""), "d41d8cd98f00b204e9800998ecf8427e");
    CHECK_EQ(md5_of("abc"), "900150983cd24fb0d6963f7d28e17f72");
    CHECK_EQ(md5_of("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("the digest of attributes does not depend on their order, but on names, types and values") {
    const engine::MessageAttribute text{"name", "String", "value"};
    const engine::MessageAttribute binary{"Data", "Binary", "value"};

    const auto digest = md5_of_attributes({text, binary});

    CHECK_EQ(digest, md5_of_attributes({binary, text}));
    // Data before name: bytes, not letters, are sorted.
    CHECK_EQ(digest, md5_of(std::string("\0\0\0\4Data\0\0\0\6Binary\2\0\0\0\5value"
                                        "\0\0\0\4name\0\0\0\6String\1\0\0\0\5value",
                                        56)));
    CHECK_NE(digest, md5_of_attributes({text, {"Data", "String", "value"}}));
}

}  // namespace tern::aws
