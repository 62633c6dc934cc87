#include <doctest/doctest.h>

#include <string>

#include "broker/base/random_source.hpp"
#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {

TEST_CASE("a control character is found wherever it stands, and nothing else is taken for one") {
    for (unsigned value = 0; value < 256; ++value) {
        const auto c = static_cast<char>(value);
        for (std::size_t size = 1; size < 20; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, 'x');
                text[at] = c;
                CAPTURE(value);
                CAPTURE(size);
                CAPTURE(at);
                REQUIRE_EQ(find_control(text, 0), is_control(c) ? at : size);
                REQUIRE_EQ(find_control(text, at + 1), size);
                REQUIRE_EQ(is_field_value(text), !is_control(c) || c == '\t');
            }
        }
    }
}

TEST_CASE("among any bytes the first control character is found") {
    SeededRandom random(1);
    for (int round = 0; round < 10'000; ++round) {
        std::string text(random.next() % 40, '\0');
        for (auto& c : text) c = static_cast<char>(random.next() % 8 == 0 ? random.next() : 'a' + random.next() % 26);
        const auto from = random.next() % (text.size() + 1);
        auto wanted = from;
        while (wanted < text.size() && !is_control(text[wanted])) ++wanted;
        CAPTURE(round);
        REQUIRE_EQ(find_control(text, from), wanted);
    }
}

TEST_CASE("letters are equal in either case, other characters only to themselves") {
    CHECK(equal_ignoring_case("Content-Length", "content-LENGTH"));
    CHECK(equal_ignoring_case("", ""));
    CHECK_FALSE(equal_ignoring_case("a", ""));
    CHECK_FALSE(equal_ignoring_case("Content-Length", "Content_Length"));
    // '@' and '`', '[' and '{' differ by the bit that letters' cases differ by.
    CHECK_FALSE(equal_ignoring_case("@", "`"));
    CHECK_FALSE(equal_ignoring_case("[", "{"));
}

}  // namespace tern::admin
