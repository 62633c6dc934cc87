#include <doctest/doctest.h>

#include <string>

#include "tools/tern/input/attribute.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/work/child.hpp"

using namespace tern::cli;

TEST_CASE("an attribute is a string unless its type is told") {
    const auto plain = parse_attribute("color=red=blue");
    CHECK_EQ(plain.name, "color");
    CHECK_EQ(plain.type, "String");
    CHECK_EQ(plain.value, "red=blue");

    const auto number = parse_attribute("price:Number.eur=5");
    CHECK_EQ(number.name, "price");
    CHECK_EQ(number.type, "Number.eur");
    CHECK_EQ(number.value, "5");
}

TEST_CASE("an attribute's value can come from a file, and can begin with an @ all the same") {
    const MemoryFile file(std::string("\0\xff", 2));

    const auto binary = parse_attribute("raw:Binary=@/proc/self/fd/" + std::to_string(file.descriptor()));
    CHECK_EQ(binary.value, std::string("\0\xff", 2));
    CHECK_EQ(parse_attribute("user=@@home").value, "@home");
    CHECK_THROWS_AS(parse_attribute("raw:Binary=@/does/not/exist"), InputFailure);
}

TEST_CASE("what is no attribute and no tag is refused with an example of one") {
    CHECK_THROWS_AS(parse_attribute("color"), InputFailure);
    CHECK_THROWS_AS(parse_attribute("=red"), InputFailure);
    CHECK_THROWS_AS(parse_key_value("=x"), InputFailure);
    CHECK_EQ(parse_key_value("team").value, "");
    CHECK_EQ(parse_key_value("a=b=c").value, "b=c");
}
