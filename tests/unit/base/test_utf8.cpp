#include "broker/base/utf8.hpp"

#include <doctest/doctest.h>

using namespace tern;

TEST_CASE("every code point comes back out of the bytes that it was written as") {
    for (char32_t c = 0; c <= 0x10FFFF; c = c == 0xD7FF ? 0xE000 : c + 1) {
        std::string text;
        append_utf8(text, c);
        std::string_view rest = text;
        if (take_code_point(rest) != c || !rest.empty()) FAIL("code point ", static_cast<std::uint32_t>(c));
    }
}

TEST_CASE("bytes that are no UTF-8 are refused") {
    for (const std::string_view text : {"", "plain", "\xC3\xA9", "\xF0\x9F\x90\xA6 and more"}) CHECK(valid_utf8(text));
    for (const std::string_view text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",
                                        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "fine \xFF"})
        CHECK(!valid_utf8(text));

    std::string_view text = "\xE2\x82";
    CHECK(!take_code_point(text));
    CHECK_EQ(text.size(), 2);
}

TEST_CASE("code points are counted, not bytes") {
    CHECK_EQ(code_points_in(""), 0);
    CHECK_EQ(code_points_in("abc"), 3);
    CHECK_EQ(code_points_in("\u00E9\u20AC\U0001F600"), 3);
}

TEST_CASE("what is no code point is written as the replacement character") {
    std::string text;
    append_utf8(text, 0xD800);
    append_utf8(text, 0x110000);
    CHECK_EQ(text, "\xEF\xBF\xBD\xEF\xBF\xBD");
}
