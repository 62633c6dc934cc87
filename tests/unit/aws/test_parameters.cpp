#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "broker/frontends/aws/parameters.hpp"

namespace tern::aws {
namespace {

constexpr Shape parameter_texts = flat_list_of(text_shape);
constexpr Shape parameter_map = flat_map_of(text_shape, "Name", "Value");
constexpr Member inner_members[] = {{"Number", &integer_shape}, {"Flag", &boolean_shape}};
constexpr Shape inner_structure = structure(inner_members);
constexpr Member outer_members[] = {
    {"Text", &text_shape}, {"List", &parameter_texts}, {"Map", &parameter_map}, {"Inner", &inner_structure}};
constexpr Shape outer_structure = structure(outer_members);

/// What is left of the parameters, or the error's text.
std::string conformed(std::string_view text) {
    auto value = boost::json::parse({text.data(), text.size()});
    if (const auto error = conform(value.get_object(), outer_structure)) return error->text;
    return boost::json::serialize(value);
}

}  // namespace

TEST_CASE("parameters that fit stay as they are, those that are null go") {
    CHECK_EQ(conformed(R"({"Text":"a","List":["b"],"Map":{"c":"d"},"Inner":{"Number":-1,"Flag":true}})"),
             R"({"Text":"a","List":["b"],"Map":{"c":"d"},"Inner":{"Number":-1,"Flag":true}})");
    CHECK_EQ(conformed(R"({"Text":null,"Other":null})"), R"({"Other":null})");
    CHECK_EQ(conformed(R"({"Inner":{"Number":5.0}})"), R"({"Inner":{"Number":5}})");
}

TEST_CASE("parameters of another kind are told apart") {
    CHECK_EQ(conformed(R"({"Text":1})"), "NUMBER_VALUE can not be converted to a String");
    CHECK_EQ(conformed(R"({"List":[true]})"), "TRUE_VALUE can not be converted to a String");
    CHECK_EQ(conformed(R"({"Text":[]})"), "Start of list found where not expected");
    CHECK_EQ(conformed(R"({"List":{}})"), "Start of structure or map found where not expected.");
    CHECK_EQ(conformed(R"({"Map":[]})"), "Start of list found where not expected");
    CHECK_EQ(conformed(R"({"Map":{"a":null}})"), "NULL_VALUE can not be converted to a String");
    CHECK_EQ(conformed(R"({"Inner":{"Number":"1"}})"), "STRING_VALUE can not be converted to an Integer");
    CHECK_EQ(conformed(R"({"Inner":{"Number":0.5}})"), "DECIMAL_VALUE can not be converted to an Integer");
    CHECK_EQ(conformed(R"({"Inner":{"Number":1e300}})"), "DECIMAL_VALUE can not be converted to an Integer");
    CHECK_EQ(conformed(R"({"Inner":"x"})"), "STRING_VALUE can not be converted to a Structure");
}

TEST_CASE("what is not there is not there") {
    const auto value = boost::json::parse(R"({"Text":"a","Number":2})");
    const auto& object = value.get_object();
    CHECK_EQ(text_in(object, "Text").value_or(""), "a");
    CHECK_EQ(integer_in(object, "Number").value_or(0), 2);
    CHECK_FALSE(text_in(object, "Other"));
    CHECK_FALSE(integer_in(object, "Other"));
    CHECK_EQ(list_in(object, "Other"), nullptr);
    CHECK_EQ(object_in(object, "Other"), nullptr);
}

}  // namespace tern::aws
