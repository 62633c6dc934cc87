#include "tests/unit/engine/filter_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct RefusedPolicy {
    std::string policy;
    std::string sentence;
    /// As SNS counts; 0: it tells none.
    std::size_t column;
};

// Recorded answers of SNS (docs/aws.md sns-28).
const RefusedPolicy recorded_refusals[] = {
    {R"({"key":{"not-an-operator":"value"}})", R"("not-an-operator" must be an object or an array)", 28},
    {R"({"key":{"suffix":"value","prefix":"value"}})", R"("suffix" must be an object or an array)", 19},
    {R"({"key":{"suffix":"value"}})", R"("suffix" must be an object or an array)", 19},
    {R"({"key_a":"value_one"})", R"("key_a" must be an object or an array)", 11},
    {R"({"key":[{"numeric":[">=",1,">",2]}]})", "Bad numeric range operator: >", 31},
    {R"({"key":[{"numeric":[">",20,"test"]}]})", "Bad numeric range operator: test", 34},
    {R"({"key":[{"numeric":[">",20,30]}]})", "Bad value in numeric range: 30", 30},
    {R"({"key":[{"numeric":[">",3,"<",1]}]})", "Bottom must be less than top", 33},
    {R"({"key":[]})", "Empty arrays are not allowed", 10},
    {R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]})", "Filter policy can not have more than 5 keys", 0},
    {R"({"key":[{"numeric":[1,"<="]}]})", "Invalid member in numeric match: 1", 22},
    {R"({"key":[{"numeric":[]}]})", "Invalid member in numeric match: ]", 22},
    {R"({"key":[{"cidr":"10.0.0.0/bits"}]})", "Malformed CIDR, mask bits must be an integer", 0},
    {R"({"key":[{"cidr":"bad-filter"}]})", "Malformed CIDR, one '/' required", 0},
    {R"({"key":[["value"]]})", "Match value must be String, number, true, false, or null", 10},
    {R"({"key":[{"cidr":"bad-filter/24"}]})", "Nonstandard IP address: bad-filter", 0},
    {R"({"key":[{"cidr":"xx.11.xx/8"}]})", "Nonstandard IP address: xx.11.xx", 0},
    {R"({"key":[{"cidr":"xxxx:db8:1234:1a00::/64"}]})", "Nonstandard IP address: xxxx:db8:1234:1a00::", 0},
    {R"({"key":[{"suffix":"value","prefix":"value2"}]})", "Only one key allowed in match expression", 37},
    {R"({"key":[{"numeric":["<",100,">",10]}]})", "Too many elements in numeric expression", 30},
    {R"({"key":[{"numeric":[">",20,"<",30,"<",50]}]})", "Too many terms in numeric range expression", 36},
    {R"({"key":[{"wrong-operator":true}]})", "Unrecognized match type wrong-operator", 31},
    {R"({"key":[{"numeric":["operator"]}]})", "Unrecognized numeric range operator: operator", 32},
    {R"({"key":[{"anything-but":{"exists":false}}]})", "Unsupported anything-but pattern: exists", 40},
    {R"({"key":[{"anything-but":{"suffix":"test"}}]})", "Unsupported anything-but pattern: suffix", 36},
    {R"({"key":[{"anything-but":{"wrong-operator":null}}]})", "Unsupported anything-but pattern: wrong-operator", 47},
    {R"({"key":[{"numeric":[">",20,"<","30"]}]})", "Value of < must be numeric", 33},
    {R"({"key":[{"numeric":[">",20,"<="]}]})", "Value of <= must be numeric", 33},
    {R"({"key":[{"numeric":[">","20","<","30"]}]})", "Value of > must be numeric", 26},
    {R"({"key":[{"numeric":[">="]}]})", "Value of >= must be numeric", 26},
    {R"({"key":[{"numeric":["=","000"]}]})", "Value of equals must be numeric", 26},
    {R"({"key":[{"exists":"no"}]})", "exists match pattern must be either true or false.", 20},
    {R"({"key":[{"exists":null}]})", "exists match pattern must be either true or false.", 23},
    {"invalid",
     "failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token "
     "'null', 'true' or 'false')",
     8},
    {"{invalid",
     "failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field name", 3},
    {R"({"key":[{"anything-but":{"prefix":false}}]})", "prefix match pattern must be a string", 40},
    {R"({"key":[{"cidr":["bad-filter"]}]})", "prefix match pattern must be a string", 18},
    {R"({"key":[{"suffix":100}]})", "suffix match pattern must be a string", 22},
    {R"({"key":[{"suffix":["test","test2"]}]})", "suffix match pattern must be a string", 20},
    {R"({"key":[{"suffix":[]}]})", "suffix match pattern must be a string", 20},
    {R"({"key":[{"suffix":null}]})", "suffix match pattern must be a string", 23},
    {R"({"key":[{"wildcard":"a*"}]})", "Unrecognized match type wildcard", 22},
};

// Not recorded: the words of the rule language that SNS took its policies from.
const RefusedPolicy other_refusals[] = {
    {"[]", "Filter is not an object", 2},
    {R"({"key":{}})", "Empty objects are not allowed", 10},
    {R"({"key":[{}]})", "Match expression name not found", 11},
    {R"({"key":[{"prefix":1}]})", "prefix match pattern must be a string", 20},
    {R"({"key":[{"equals-ignore-case":1}]})", "equals-ignore-case match pattern must be a string", 32},
    {R"({"key":[{"numeric":5}]})", "Value of numeric must be an array.", 21},
    {R"({"key":[{"numeric":["=",1000000001]}]})", "Value must be between -1.0E9 and 1.0E9, inclusive", 35},
    {R"({"key":[{"anything-but":{}}]})", "Anything-But expression name not found", 27},
    {R"({"key":[{"anything-but":null}]})", "Value of anything-but must be an array or single string/number value.", 29},
    {R"({"key":[{"anything-but":[true]}]})", "Inside anything but list, start|null|boolean is not supported.", 30},
    {R"({"key":[{"anything-but":["a",1]}]})",
     "Inside anything but list, either all values are number or string, mixed type is not supported", 32},
    {R"({"key":[{"anything-but":{"prefix":""}}]})", "Null prefix/suffix not allowed", 37},
    {R"({"key":[{"cidr":"10.0.0.0/-1"}]})", "Malformed CIDR, mask bits must not be negative", 0},
    {R"({"key":[{"cidr":"10.0.0.0/33"}]})", "IPv4 mask bits must be < 33", 0},
    {R"({"key":[{"cidr":"::1/129"}]})", "IPv6 mask bits must be < 129", 0},
    {R"({"$or":{"a":[1]}})", "It must be an Array followed with $or.", 9},
    {R"({"$or":[{"a":[1]}]})", "There must have at least 2 Objects in $or relationship.", 19},
    {R"({"$or":[{"a":[1]},5]})", "Only JSON object is allowed in array of $or relationship.", 20},
    {R"({"$or":[{"a":[1]},{"prefix":["a"]}]})", "prefix is Ruler reserved fieldName which cannot be used inside $or.",
     30},
    {R"({"key":["a")", "failed to parse JSON. Unexpected end-of-input: was expecting comma to separate Array entries",
     12},
};

void check_refusal(const RefusedPolicy& refused) {
    CAPTURE(refused.policy);
    const auto parsed = parse_filter_policy(refused.policy, FilterScope::body);

    REQUIRE(parsed.refusal);
    CHECK_EQ(parsed.refusal->sentence, "FilterPolicy: " + refused.sentence);
    CHECK_EQ(parsed.refusal->offset.has_value(), refused.column > 0);
    if (refused.column > 0) CHECK_EQ(parsed.refusal->offset.value_or(0) + 1, refused.column);
    CHECK(!parsed.policy);
}

std::string values(std::size_t count) {
    std::string list = "[0";
    for (std::size_t i = 1; i < count; ++i) list.append(",").append(std::to_string(i));
    return list += ']';
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

constexpr const char* too_complex = "FilterPolicy: Filter policy is too complex";

}  // namespace

TEST_CASE("a policy that SNS refuses is refused in its words, with the place that it tells") {
    for (const auto& refused : recorded_refusals) check_refusal(refused);
    for (const auto& refused : other_refusals) check_refusal(refused);
}

TEST_CASE("no text and an object without keys are no policy") {
    for (const auto* text : {"", "{}", " { } "}) {
        const auto parsed = parse_filter_policy(text, FilterScope::attributes);
        CHECK(!parsed.policy);
        CHECK(!parsed.refusal);
    }
}

TEST_CASE("a policy for attributes does not nest, unless in $or") {
    CHECK_EQ(refusal_of(R"({"a":{"b":["c"]}})"),
             "Filter policy scope MessageAttributes does not support nested filter policy");
    CHECK_EQ(refusal_of(R"({"a":{"b":["c"]}})", FilterScope::body), "");
    CHECK_EQ(refusal_of(R"({"$or":[{"a":["b"]},{"c":["d"]}]})"), "");
}

TEST_CASE("values multiply to 150 combinations at most") {
    CHECK_EQ(refusal_of(R"({"a":)" + values(150) + "}"), "");
    CHECK_EQ(refusal_of(R"({"a":)" + values(151) + "}"), too_complex);
    CHECK_EQ(refusal_of(R"({"a":)" + values(15) + R"(,"b":)" + values(10) + "}"), "");
    CHECK_EQ(refusal_of(R"({"a":)" + values(16) + R"(,"b":)" + values(10) + "}"), too_complex);

    // Depth multiplies too: 4 values three deep and 3 values two deep are 3 x 4 x 2 x 3 = 72.
    const auto nested = [](std::size_t three_deep, std::size_t two_deep) {
        return R"({"a":{"b":{"c":)" + values(three_deep) + R"(}},"d":{"e":)" + values(two_deep) + "}}";
    };
    CHECK_EQ(refusal_of(nested(4, 3), FilterScope::body), "");
    CHECK_EQ(refusal_of(nested(5, 5), FilterScope::body), "");
    CHECK_EQ(refusal_of(nested(5, 6), FilterScope::body), too_complex);

    // The alternatives of $or add up.
    const auto either = [](std::size_t one, std::size_t other, std::size_t both) {
        return R"({"$or":[{"a":)" + values(one) + R"(},{"b":)" + values(other) + R"(}],"c":)" + values(both) + "}";
    };
    CHECK_EQ(refusal_of(either(20, 10, 5)), "");
    CHECK_EQ(refusal_of(either(20, 11, 5)), too_complex);
}

TEST_CASE("five keys are counted at the top only") {
    CHECK_EQ(refusal_of(R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1]})"), "");
    CHECK_EQ(refusal_of(R"({"a":{"b":[1],"c":[1],"d":[1]},"e":[1],"f":[1],"g":[1]})", FilterScope::body), "");
    std::string many = "{";
    for (int i = 0; i < 2000; ++i) many += '"' + std::to_string(i) + "\":[1],";
    many.back() = '}';
    CHECK_EQ(refusal_of(many), "FilterPolicy: Filter policy can not have more than 5 keys");
    CHECK_EQ(refusal_of(R"({"$or":[)" + many + "," + many + "]}"), too_complex);
}

TEST_CASE("of two keys of one name the last counts") {
    CHECK(passes(R"({"a":["one"],"a":["two"]})", {text_attribute("a", "two")}));
    CHECK(!passes(R"({"a":["one"],"a":["two"]})", {text_attribute("a", "one")}));
}

TEST_CASE("a hostile policy is refused at once") {
    CHECK_EQ(refusal_of(std::string(262'145, ' ')), "FilterPolicy: Filter policy can not be longer than 262144 bytes");
    CHECK_EQ(refusal_of("{\"a\":[\"\xFF\"]}"), "FilterPolicy: failed to parse JSON. Invalid UTF-8");
    CHECK_EQ(refusal_of(repeated("[", 200'000)),
             "FilterPolicy: failed to parse JSON. Document nesting depth (161) exceeds the maximum allowed (160)");
    CHECK_EQ(refusal_of(repeated(R"({"a":)", 150) + "[1]" + repeated("}", 150), FilterScope::body), "");
    CHECK_EQ(refusal_of(repeated(R"({"a":)", 151) + "[1]" + repeated("}", 151), FilterScope::body), too_complex);
    CHECK_EQ(refusal_of(R"({"a":)" + values(40'000) + "}"), too_complex);
}

TEST_CASE("JSON that is none is refused") {
    for (const std::string text : {"{",
                                   "{\"a\"",
                                   "{\"a\":",
                                   "{\"a\":[1]",
                                   "{\"a\":[1]}}",
                                   "{\"a\":[1],}",
                                   "{\"a\":[1,]}",
                                   "{'a':[1]}",
                                   "{\"a\":[01]}",
                                   "{\"a\":[1.]}",
                                   "{\"a\":[1e]}",
                                   "{\"a\":[-]}",
                                   "{\"a\":[1x]}",
                                   "{\"a\":[.5]}",
                                   "{\"a\":[+1]}",
                                   "{\"a\":[NaN]}",
                                   "{\"a\":[\"\\x\"]}",
                                   "{\"a\":[\"\\u12g4\"]}",
                                   "{\"a\":[\"\\u12\"]}",
                                   "{\"a\":[\"tab\t\"]}",
                                   "{\"a\":[\"open]}",
                                   "{\"a\" [1]}",
                                   "{\"a\":[1 2]}",
                                   "// no\n{}",
                                   "\x01"}) {
        CAPTURE(text);
        CHECK_EQ(refusal_of(text).rfind("FilterPolicy: failed to parse JSON. ", 0), 0);
    }
}
