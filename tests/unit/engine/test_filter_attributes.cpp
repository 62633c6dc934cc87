#include "tests/unit/engine/filter_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct AttributeCase {
    std::string policy;
    PublicationAttribute attribute;
    bool passing;
};

PublicationAttribute text(std::string value) {
    return text_attribute("k", std::move(value));
}
PublicationAttribute number(std::string value) {
    return number_attribute("k", std::move(value));
}
PublicationAttribute array(std::string value) {
    return array_attribute("k", std::move(value));
}

void check(const std::vector<AttributeCase>& cases) {
    for (const auto& [policy, attribute, passing] : cases) {
        CAPTURE(policy);
        CAPTURE(attribute.type);
        CAPTURE(attribute.value);
        CHECK_EQ(passes(policy, {attribute}), passing);
    }
}

}  // namespace

TEST_CASE("a value in a policy equals a value of its kind") {
    check({{R"({"k":["a"]})", text("a"), true},
           {R"({"k":["a"]})", text("A"), false},
           {R"({"k":["a"]})", text("ab"), false},
           {R"({"k":["a","b"]})", text("b"), true},
           {R"({"k":["1"]})", number("1"), false},
           {R"({"k":[1]})", number("1"), true},
           {R"({"k":[1]})", text("1"), false},
           {R"({"k":[300]})", number("3.0e2"), true},
           {R"({"k":[300]})", number("300.00001"), false},
           {R"({"k":[12345678901]})", number("12345678901"), true},
           {R"({"k":[12345678901]})", number("1.2345678901e10"), false},
           {R"({"k":[12345678901]})", number("12345678902"), false},
           {R"({"k":[true]})", text("true"), false},
           {R"({"k":[null]})", text("null"), false},
           {R"({"k":["\u00e9\ud83d\udc26\n"]})", text("\xC3\xA9\xF0\x9F\x90\xA6\n"), true}});
    CHECK(!passes(R"({"k":["a"]})", {}));
    CHECK(!passes(R"({"k":["a"]})", {text_attribute("other", "a")}));
}

TEST_CASE("prefix, suffix and equals-ignore-case look at strings") {
    check({{R"({"k":[{"prefix":"ab"}]})", text("abc"), true},
           {R"({"k":[{"prefix":"ab"}]})", text("ab"), true},
           {R"({"k":[{"prefix":"ab"}]})", text("a"), false},
           {R"({"k":[{"prefix":"ab"}]})", text("Abc"), false},
           {R"({"k":[{"prefix":""}]})", text("x"), true},
           {R"({"k":[{"prefix":"1"}]})", number("12"), false},
           {R"({"k":[{"suffix":".png"}]})", text("a.png"), true},
           {R"({"k":[{"suffix":".png"}]})", text("a.png.gz"), false},
           {R"({"k":[{"suffix":"2"}]})", number("12"), false},
           {R"({"k":[{"equals-ignore-case":"Tennis"}]})", text("tENNIS"), true},
           {R"({"k":[{"equals-ignore-case":"Tennis"}]})", text("tennis "), false},
           {R"({"k":[{"equals-ignore-case":"\u00c9T\u00c9 \u0416\u03a9\u0110"}]})",
            text("\xC3\xA9t\xC3\xA9 \xD0\xB6\xCF\x89\xC4\x91"), true},
           {R"({"k":[{"equals-ignore-case":"5"}]})", number("5"), false}});
}

TEST_CASE("anything-but wants a value, and not one of these") {
    check({{R"({"k":[{"anything-but":"a"}]})", text("b"), true},
           {R"({"k":[{"anything-but":"a"}]})", text("a"), false},
           {R"({"k":[{"anything-but":["a","b"]}]})", text("b"), false},
           {R"({"k":[{"anything-but":["a","b"]}]})", text("c"), true},
           {R"({"k":[{"anything-but":["100"]}]})", number("100"), true},
           {R"({"k":[{"anything-but":[100,500]}]})", number("101"), true},
           {R"({"k":[{"anything-but":[100,500]}]})", number("100.1"), true},
           {R"({"k":[{"anything-but":[100,500]}]})", number("100"), false},
           {R"({"k":[{"anything-but":[100,500]}]})", number("5e2"), false},
           {R"({"k":[{"anything-but":100}]})", number("100"), false},
           {R"({"k":[{"anything-but":[100,500]}]})", array("[100, 50]"), true},
           {R"({"k":[{"anything-but":[100,500]}]})", array("[100, 500]"), false},
           {R"({"k":[{"anything-but":{"prefix":"order-"}}]})", text("return-1"), true},
           {R"({"k":[{"anything-but":{"prefix":"order-"}}]})", text("order-1"), false},
           {R"({"k":["order-1",{"anything-but":{"prefix":"order-"}}]})", text("order-1"), true}});
    CHECK(!passes(R"({"k":[{"anything-but":"a"}]})", {}));
    CHECK(!passes(R"({"k":[null,{"anything-but":"whatever"}]})", {}));
}

TEST_CASE("numeric compares numbers, with five digits behind the point") {
    check({{R"({"k":[{"numeric":["=",301.5]}]})", number("301.5"), true},
           {R"({"k":[{"numeric":["=",301.5]}]})", number("3.015e2"), true},
           {R"({"k":[{"numeric":["=",301.5]}]})", number("301.50001"), false},
           {R"({"k":[{"numeric":["=",301.5]}]})", number("301.500001"), true},
           {R"({"k":[{"numeric":["=",301.5]}]})", text("301.5"), false},
           {R"({"k":[{"numeric":["<",0]}]})", number("-0.00001"), true},
           {R"({"k":[{"numeric":["<",0]}]})", number("0"), false},
           {R"({"k":[{"numeric":["<=",0]}]})", number("-0"), true},
           {R"({"k":[{"numeric":[">",0]}]})", number("0.00001"), true},
           {R"({"k":[{"numeric":[">",0]}]})", number("0"), false},
           {R"({"k":[{"numeric":[">=",0]}]})", number("0"), true},
           {R"({"k":[{"numeric":[">",0,"<=",150]}]})", number("150"), true},
           {R"({"k":[{"numeric":[">",0,"<=",150]}]})", number("0"), false},
           {R"({"k":[{"numeric":[">",0,"<=",150]}]})", number("150.00001"), false},
           {R"({"k":[{"numeric":[">=",0,"<",150]}]})", number("0"), true},
           {R"({"k":[{"numeric":[">=",0,"<",150]}]})", number("150"), false},
           {R"({"k":[{"numeric":["=",-1000000000]}]})", number("-1e9"), true},
           {R"({"k":[{"numeric":[">",0]}]})", number("1000000001"), false},
           {R"({"k":[{"numeric":[">",0]}]})", number("many"), false},
           {R"({"k":[{"numeric":["=",5]}, {"numeric":["=",7]}]})", number("7"), true}});
}

TEST_CASE("exists asks for the key alone") {
    check({{R"({"k":[{"exists":true}]})", text("anything"), true},
           {R"({"k":[{"exists":true}]})", number("nothing"), true},
           {R"({"k":[{"exists":false}]})", text("anything"), false},
           {R"({"other":[{"exists":false}]})", text("anything"), true},
           {R"({"other":[{"exists":true}]})", text("anything"), false},
           {R"({"other":["a",{"exists":false}]})", text("anything"), true}});
}

TEST_CASE("cidr finds addresses in a network") {
    check({{R"({"k":[{"cidr":"10.0.0.0/24"}]})", text("10.0.0.255"), true},
           {R"({"k":[{"cidr":"10.0.0.0/24"}]})", text("10.0.1.0"), false},
           {R"({"k":[{"cidr":"10.0.0.77/24"}]})", text("10.0.0.1"), true},
           {R"({"k":[{"cidr":"10.0.0.128/25"}]})", text("10.0.0.127"), false},
           {R"({"k":[{"cidr":"10.0.0.1/32"}]})", text("10.0.0.1"), true},
           {R"({"k":[{"cidr":"10.0.0.1/32"}]})", text("10.0.0.2"), false},
           {R"({"k":[{"cidr":"0.0.0.0/0"}]})", text("255.255.255.255"), true},
           {R"({"k":[{"cidr":"0.0.0.0/0"}]})", text("::1"), false},
           {R"({"k":[{"cidr":"0.0.0.0/0"}]})", text("host"), false},
           {R"({"k":[{"cidr":"2001:db8::/32"}]})", text("2001:DB8:ffff::1"), true},
           {R"({"k":[{"cidr":"2001:db8::/32"}]})", text("2001:db9::1"), false},
           {R"({"k":[{"cidr":"2001:db8::/32"}]})", text("10.0.0.1"), false}});
}

TEST_CASE("any element of a String.Array may match") {
    check({{R"({"k":["soccer"]})", array(R"(["rugby","soccer"])"), true},
           {R"({"k":["soccer"]})", array(R"(["rugby"])"), false},
           {R"({"k":["soccer"]})", array(R"(["rugby")"), false},
           {R"({"k":["soccer"]})", array(R"("soccer")"), false},
           {R"({"k":[{"prefix":"soc"}]})", array(R"(["rugby","soccer"])"), true},
           {R"({"k":[true]})", array("[false,true]"), true},
           {R"({"k":[null]})", array("[null]"), true},
           {R"({"k":[null]})", array(R"(["null"])"), false},
           {R"({"k":[{"numeric":[">",5]}]})", array("[1,7]"), true},
           {R"({"k":[{"numeric":[">",5]}]})", array(R"(["7"])"), false},
           {R"({"k":[{"exists":true}]})", array("[1]"), true},
           {R"({"k":[{"exists":true}]})", array("[]"), false},
           {R"({"k":[{"exists":false}]})", array("[]"), true},
           {R"({"k":["a\"b"]})", array(R"(["x\\","a\"b"])"), true}});
}

TEST_CASE("a label behind a type changes nothing, and binary attributes are not looked at") {
    check({{R"({"k":["a"]})", {"k", "String.label", "a"}, true},
           {R"({"k":[1]})", {"k", "Number.int", "1"}, true},
           {R"({"k":["a"]})", {"k", "Strings", "a"}, false},
           {R"({"k":["a"]})", {"k", "Binary", "a"}, false},
           {R"({"k":[{"exists":true}]})", {"k", "Binary.png", "a"}, false},
           {R"({"k":[{"exists":false}]})", {"k", "Binary", "a"}, true}});
}

TEST_CASE("keys must all match, in $or one of the objects") {
    const std::vector<PublicationAttribute> attributes{text_attribute("store", "corner"),
                                                       number_attribute("price", "5"), text_attribute("a.b", "dotted")};

    CHECK(passes(R"({"store":["corner"],"price":[5]})", attributes));
    CHECK(!passes(R"({"store":["corner"],"price":[6]})", attributes));
    CHECK(passes(R"({"$or":[{"price":[6]},{"store":["corner"]}]})", attributes));
    CHECK(!passes(R"({"$or":[{"price":[6]},{"store":["mall"]}]})", attributes));
    CHECK(!passes(R"({"price":[6],"$or":[{"price":[5]},{"store":["corner"]}]})", attributes));
    CHECK(
        passes(R"({"$or":[{"price":[6]},{"$or":[{"store":["mall"]},{"store":["corner"],"price":[5]}]}]})", attributes));
    CHECK(passes(R"({"a.b":["dotted"]})", attributes));
}

TEST_CASE("attributes of one publication are read once, for all policies") {
    const std::vector<PublicationAttribute> attributes{array_attribute("k", "[1,2]")};
    FilterInput input(attributes, "");

    const auto* const values = input.attribute_values().data();

    CHECK(policy_of(R"({"k":[2]})")->matches(input));
    CHECK(!policy_of(R"({"k":[3]})")->matches(input));
    CHECK_EQ(input.attribute_values().data(), values);
}
