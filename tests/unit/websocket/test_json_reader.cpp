#include <doctest/doctest.h>

#include <string>

#include "broker/frontends/json/json_reader.hpp"

namespace tern::json {

TEST_CASE("what JSON is") {
    for (const std::string text :
         {"{}", "[]", " [ 1 , -0.5e+3 , \"a\\u0041\\n\" , true , false , null ] ", "{\"a\":{\"b\":[]}}", "0", "-0",
          "1E9", "\"\"", "\"\\ud83d\\ude00\"", "{\"a\":1,\"a\":2}"}) {
        CAPTURE(text);
        CHECK(is_json(text));
    }
}

TEST_CASE("what JSON is not") {
    for (const std::string text :
         {"",       " ",          "{",    "[",       "[1,]",        "[,1]",        "{\"a\"}",     "{\"a\":}",
          "{a:1}",  "{\"a\":1,}", "01",   "1.",      ".5",          "+1",          "1e",          "--1",
          "nul",    "True",       "\"",   "\"\\x\"", "\"\\u12g4\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83dx\"",
          "\"\n\"", "1 2",        "[1]]", "NaN",     "//"}) {
        CAPTURE(text);
        CHECK_FALSE(is_json(text));
    }
    CHECK_FALSE(is_json(std::string(Reader::depth_max + 1, '[') + std::string(Reader::depth_max + 1, ']')));
    CHECK(is_json(std::string(Reader::depth_max, '[') + std::string(Reader::depth_max, ']')));
}

TEST_CASE("a value is taken as it is written") {
    Reader reader("{\"a\" : {\"x\": 1.50} , \"b\":-12}");

    REQUIRE(reader.begin_object());
    CHECK_EQ(reader.next_field(), "a");
    CHECK_EQ(reader.value(), "{\"x\": 1.50}");
    CHECK_EQ(reader.next_field(), "b");
    CHECK_EQ(reader.integer(), -12);
    CHECK_FALSE(reader.next_field());
    CHECK(reader.at_end());
}

TEST_CASE("after a fault nothing more is read") {
    Reader reader("[1.5, 2]");

    REQUIRE(reader.begin_array());
    REQUIRE(reader.next_element());
    CHECK_FALSE(reader.integer());
    CHECK_FALSE(reader.next_element());
    CHECK_EQ(reader.fault(), "a whole number that fits into 64 bits is expected at byte 4");
}

}  // namespace tern::json
