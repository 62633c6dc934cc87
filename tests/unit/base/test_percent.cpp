#include <doctest/doctest.h>

#include "broker/base/percent.hpp"

namespace tern {

TEST_CASE("percent signs stand for bytes, and a plus for a space in forms only") {
    CHECK_EQ(percent_decoded("a+b%20c%2bd%C3%A4").value_or(""), "a+b c+d\xC3\xA4");
    CHECK_EQ(percent_decoded("a+b%20c%2bd", Plus::space).value_or(""), "a b c+d");
    CHECK_EQ(percent_decoded("").value_or("none"), "");
}

TEST_CASE("a percent sign without two digits behind it is refused") {
    for (const auto* const bad : {"%", "a%2", "%zz", "%2g", "%g2"}) {
        CAPTURE(bad);
        CHECK_FALSE(percent_decoded(bad));
        CHECK_FALSE(percent_decoded(bad, Plus::space));
    }
}

}  // namespace tern
