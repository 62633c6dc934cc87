#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "broker/frontends/aws/xml.hpp"

namespace tern::aws {
namespace {

constexpr Shape xml_texts = flat_list_of(text_shape);
constexpr Shape xml_members_list = list_of(text_shape);
constexpr Shape xml_flat_map = flat_map_of(text_shape, "Name", "Value");
constexpr Shape xml_entry_map = map_of(text_shape);
constexpr Member xml_inner_members[] = {{"Number", &integer_shape}, {"Flag", &boolean_shape}};
constexpr Shape xml_inner = structure(xml_inner_members);
constexpr Shape xml_inners = list_of(xml_inner);
constexpr Member xml_members[] = {{"Url", &xml_texts, "QueueUrl"}, {"Keys", &xml_members_list},
                                  {"Flat", &xml_flat_map, "Tag"},  {"Nested", &xml_entry_map},
                                  {"Inner", &xml_inner},           {"Inners", &xml_inners}};
constexpr Shape xml_shape = structure(xml_members);

std::string xml_of(std::string_view text) {
    std::string xml;
    append_xml(xml, boost::json::parse({text.data(), text.size()}).get_object(), xml_shape);
    return xml;
}

}  // namespace

TEST_CASE("text is escaped as SQS escapes it") {
    std::string text;
    append_xml_text(text, "<a b=\"c\">&'\r\n\t\xC3\xA4");
    CHECK_EQ(text, "&lt;a b=&quot;c&quot;&gt;&amp;'&#xD;\n\t\xC3\xA4");
}

TEST_CASE("a character that XML does not have stands as U+FFFD") {
    std::string text;
    append_xml_text(text, std::string_view("a\0b\x1F<\xEF\xBF\xBE\x7F", 9));
    CHECK_EQ(text,
             "a\xEF\xBF\xBD"
             "b\xEF\xBF\xBD&lt;\xEF\xBF\xBD\x7F");
}

TEST_CASE("flattened lists and maps stand where they would stand themselves") {
    CHECK_EQ(xml_of(R"({"Url":["a","b"]})"), "<QueueUrl>a</QueueUrl><QueueUrl>b</QueueUrl>");
    CHECK_EQ(xml_of(R"({"Flat":{"a":"<"}})"), "<Tag><Name>a</Name><Value>&lt;</Value></Tag>");
}

TEST_CASE("other lists have members, other maps entries") {
    CHECK_EQ(xml_of(R"({"Keys":["a"]})"), "<Keys><member>a</member></Keys>");
    CHECK_EQ(xml_of(R"({"Nested":{"a":"b"}})"), "<Nested><entry><key>a</key><value>b</value></entry></Nested>");
    CHECK_EQ(xml_of(R"({"Keys":[],"Nested":{}})"), "<Keys></Keys><Nested></Nested>");
}

TEST_CASE("structures, numbers and booleans; what the shape does not name is left out") {
    CHECK_EQ(xml_of(R"({"Inner":{"Flag":false,"Number":-7,"Other":1}})"),
             "<Inner><Number>-7</Number><Flag>false</Flag></Inner>");
    CHECK_EQ(xml_of(R"({"Inners":[{"Number":1}],"More":2})"), "<Inners><member><Number>1</Number></member></Inners>");
}

}  // namespace tern::aws
