#include <doctest/doctest.h>

#include "broker/frontends/aws/sqs_text.hpp"

namespace tern::aws::sqs {

TEST_CASE("the characters of XML are taken, others are not") {
    for (const auto* const good : {"", "plain\t\r\n", "\xC3\xA4", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBD",
                                   "\xF0\x9F\x90\xA6", "\xEF\xBB\xBF"})
        CHECK(valid_contents(good));
    for (const auto* const bad : {"\x01", "a\x0B", "\x1F", "\xEF\xBF\xBE", "x\xEF\xBF\xBFy"})
        CHECK_FALSE(valid_contents(bad));
    CHECK_FALSE(valid_contents({"\0", 1}));
}

TEST_CASE("bytes that are no text are shown with replacements") {
    CHECK_EQ(text_of_contents("plain\n"), "plain\n");
    CHECK_EQ(text_of_contents("\xC3\xA4\xFF!"), "\xC3\xA4\xEF\xBF\xBD!");
    CHECK_EQ(text_of_contents("a\x01"), "a\xEF\xBF\xBD");
    CHECK_EQ(text_of_contents("\xEF\xBF\xBE"), "\xEF\xBF\xBD");
}

}  // namespace tern::aws::sqs
