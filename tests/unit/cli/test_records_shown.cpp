#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <string>

#include "tools/tern/append/record_lines.hpp"
#include "tools/tern/input/input_file.hpp"
#include "tools/tern/streams/record_text.hpp"
#include "tools/tern/text/terminal.hpp"

using namespace tern::cli;
using tern::protocol::Record;

TEST_CASE("a record in JSON has its place, time, key, value and headers") {
    const Record record{17, 1'795'600'800'250, "user-7", "größe\n", {{"trace", "abc"}, {"empty", std::nullopt}}};

    CHECK_EQ(boost::json::serialize(json_of({3, &record})),
             R"({"partition":3,"offset":17,"timestamp":"2026-11-25T10:00:00.250Z","key":"user-7","value":"größe\n",)"
             R"("headers":[{"key":"trace","value":"abc"},{"key":"empty","value":null}]})");
}

TEST_CASE("what is not UTF-8 is in base64, what is not there is null") {
    const Record bytes{0, 0, "\xff", "\xfe", {{"h", "\xfd"}}};
    CHECK_EQ(boost::json::serialize(json_of({0, &bytes})),
             R"({"partition":0,"offset":0,"timestamp":"1970-01-01T00:00:00.000Z","key":"/w==","key_encoding":"base64",)"
             R"("value":"/g==","encoding":"base64","headers":[{"key":"h","value":"/Q==","encoding":"base64"}]})");

    const Record nothing{0, 0, std::nullopt, std::nullopt, {}};
    CHECK(json_of({0, &nothing}).at("key").is_null());
    CHECK(json_of({0, &nothing}).at("value").is_null());
}

TEST_CASE("a time that no calendar has is a number") {
    const Record record{0, -5, std::nullopt, "x", {}};

    CHECK_EQ(json_of({0, &record}).at("timestamp"), -5);
    CHECK(line_of({0, &record}, Style(false)).starts_with("-5  "));
}

TEST_CASE("a record is one line for people, whatever is in it") {
    const Record record{17, 1'795'600'800'250, "k\x1b[2J", "a\nb", {{"h", "v"}}};

    const auto line = line_of({3, &record}, Style(false));

    CHECK_NE(line.find(":00.250  3:17  k\\x1b[2J  a\\x0ab  h=v\n"), std::string::npos);
    CHECK_EQ(line.find('\n'), line.size() - 1);
}

TEST_CASE("a record without key or value says so") {
    const Record record{0, 0, std::nullopt, std::nullopt, {}};

    CHECK_NE(line_of({0, &record}, Style(false)).find("0:0  -  (no value)\n"), std::string::npos);
}

TEST_CASE("a line is a value, with a separator also a key") {
    RecordLayout layout;
    layout.record_template.key = "all";
    CHECK_EQ(record_from_line("a:b", layout).key, "all");
    CHECK_EQ(record_from_line("", layout).value, "");

    layout.key_separator = ':';
    const auto record = record_from_line("a:b:c", layout);
    CHECK_EQ(record.key, "a");
    CHECK_EQ(record.value, "b:c");
    CHECK_EQ(record_from_line("no key", layout).key, "all");
    CHECK_EQ(record_from_line(":v", layout).key, "");
}

TEST_CASE("a JSON record gives key, value and time") {
    RecordLayout layout;
    layout.fields = StreamRecordFields{"id", "", "at"};
    const std::string line = R"({"id":7, "at":"2026-11-25T10:00:00.5Z"})";

    const auto record = record_from_line(line, layout);

    CHECK_EQ(record.key, "7");
    CHECK_EQ(record.value, line);
    CHECK_EQ(record.timestamp->time_since_epoch().count(), 1'795'600'800'500);

    layout.fields = StreamRecordFields{"id", "v", "at"};
    const auto tombstone = record_from_line(R"({"id":"a","v":null,"at":12})", layout);
    CHECK_EQ(tombstone.value, std::nullopt);
    CHECK_EQ(tombstone.timestamp->time_since_epoch().count(), 12);
}

TEST_CASE("a JSON record that lacks a field, or whose time is none, is refused with the reason") {
    RecordLayout layout;
    layout.fields = StreamRecordFields{"id", "v", "at"};

    CHECK_THROWS_WITH_AS(record_from_line(R"({"id":1,"at":1})", layout), "the record has no field 'v'", InputFailure);
    CHECK_THROWS_WITH_AS(record_from_line(R"({"id":1,"v":1,"at":"soon"})", layout),
                         doctest::Contains("'at' is no time"), InputFailure);
    CHECK_THROWS_AS(record_from_line("[", layout), InputFailure);
}
