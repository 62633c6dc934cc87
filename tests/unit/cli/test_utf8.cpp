#include <doctest/doctest.h>

#include <string>

#include "tools/tern/text/base64.hpp"
#include "tools/tern/text/utf8.hpp"

using namespace tern::cli;

TEST_CASE("UTF-8 is told from other bytes") {
    for (const std::string text : {"", "plain", "größer", "日本語", "🐦", "\xf4\x8f\xbf\xbf"})
        CHECK(is_valid_utf8(text));

    CHECK_FALSE(is_valid_utf8("\x80"));
    CHECK_FALSE(is_valid_utf8("\xc3"));
    CHECK_FALSE(is_valid_utf8("\xc0\x80"));
    CHECK_FALSE(is_valid_utf8("\xe0\x80\x80"));
    CHECK_FALSE(is_valid_utf8("\xed\xa0\x80"));
    CHECK_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
    CHECK_FALSE(is_valid_utf8("\xff\xfe"));
}

TEST_CASE("a text is as wide as a terminal draws it") {
    CHECK_EQ(display_width("abc"), 3);
    CHECK_EQ(display_width("größer"), 6);
    CHECK_EQ(display_width("日本語"), 6);
    CHECK_EQ(display_width("🐦"), 2);
    CHECK_EQ(display_width("e\u0301"), 1);
}

TEST_CASE("a text that is too wide is cut, and says so") {
    CHECK_EQ(cut_to_width("orders", 6), "orders");
    CHECK_EQ(cut_to_width("orders", 5), "orde…");
    CHECK_EQ(cut_to_width("日本語", 5), "日本…");
    CHECK_EQ(cut_to_width("日本語", 4), "日…");
    CHECK_EQ(cut_to_width("orders", 1), "…");
    CHECK_EQ(cut_to_width("orders", 0), "");
}

TEST_CASE("nothing in a text can play tricks with the terminal") {
    CHECK_EQ(printable("\x1b[31mred\x1b[0m", true), "\\x1b[31mred\\x1b[0m");
    CHECK_EQ(printable("a\tb\nc", true), "a\tb\nc");
    CHECK_EQ(printable("a\tb\nc", false), "a\\x09b\\x0ac");
    CHECK_EQ(printable("\xff", true), "\\xff");
    CHECK_EQ(printable("\u202egnp", true), "\\u202egnp");
    CHECK_EQ(printable("größer 日本", false), "größer 日本");
}

TEST_CASE("base64 agrees with the vectors of RFC 4648 section 10") {
    CHECK_EQ(to_base64(""), "");
    CHECK_EQ(to_base64("f"), "Zg==");
    CHECK_EQ(to_base64("fo"), "Zm8=");
    CHECK_EQ(to_base64("foo"), "Zm9v");
    CHECK_EQ(to_base64("foobar"), "Zm9vYmFy");
    CHECK_EQ(to_base64("\xff\xfe"), "//4=");
}
