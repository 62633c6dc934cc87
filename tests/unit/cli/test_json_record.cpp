#include <doctest/doctest.h>

#include <string>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/json_record.hpp"

using namespace tern::cli;

TEST_CASE("without a body field the line is the body, to the byte") {
    const std::string line = R"({"b":1.50,  "a" : "x"})";

    const auto message = message_from_json(line, {});

    CHECK_EQ(message.body, line);
    CHECK_FALSE(message.group_id.has_value());
}

TEST_CASE("fields that are strings are taken as they are, others as JSON") {
    const auto message = message_from_json(R"({"text":"a\nb","user":42,"key":["k",true]})", {"text", "user", "key"});

    CHECK_EQ(message.body, "a\nb");
    CHECK_EQ(message.group_id, "42");
    CHECK_EQ(message.deduplication_id, R"(["k",true])");
}

TEST_CASE("a record that lacks a field, or is none, is refused with the reason") {
    CHECK_THROWS_WITH_AS(message_from_json(R"({"a":1})", {"b", "", ""}), "the record has no field 'b'", InputFailure);
    CHECK_THROWS_WITH_AS(message_from_json("[1]", {"b", "", ""}), "the record has no field 'b'", InputFailure);
    CHECK_THROWS_AS(message_from_json("{", {}), InputFailure);
    CHECK_THROWS_AS(message_from_json("{} {}", {}), InputFailure);
    CHECK_THROWS_AS(message_from_json(std::string(10'000, '['), {}), InputFailure);
}
