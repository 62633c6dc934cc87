#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <string>

#include "broker/frontends/aws/query_form.hpp"

namespace tern::aws {
namespace {

constexpr Shape form_texts = flat_list_of(text_shape);
constexpr Shape form_members_list = list_of(text_shape);
constexpr Shape form_flat_map = flat_map_of(text_shape, "Name", "Value");
constexpr Shape form_entry_map = map_of(text_shape);
constexpr Member form_value_members[] = {{"StringValue", &text_shape}, {"DataType", &text_shape}};
constexpr Shape form_value = structure(form_value_members);
constexpr Shape form_structure_map = flat_map_of(form_value, "Name", "Value");
constexpr Member form_entry_members[] = {
    {"Id", &text_shape}, {"Delay", &integer_shape}, {"Attributes", &form_structure_map, "Attribute"}};
constexpr Shape form_entry = structure(form_entry_members);
constexpr Shape form_entries = flat_list_of(form_entry);
constexpr Member form_members[] = {
    {"Text", &text_shape},          {"Number", &integer_shape},          {"Flag", &boolean_shape},
    {"Names", &form_texts, "Name"}, {"Keys", &form_members_list},        {"Flat", &form_flat_map, "Tag"},
    {"Nested", &form_entry_map},    {"Entries", &form_entries, "Entry"},
};
constexpr Shape form_shape = structure(form_members);

/// The parameters as JSON, or the error's text, or "no form".
std::string assembled(std::string_view text) {
    QueryForm form;
    if (!form.add(text)) return "no form";
    form.seal();
    const auto parameters = parameters_of(form, form_shape, {});
    if (const auto* const error = std::get_if<Error>(&parameters)) return error->text;
    return boost::json::serialize(std::get<boost::json::object>(parameters));
}

}  // namespace

TEST_CASE("a form's text is decoded, and refused when it cannot be") {
    CHECK_EQ(assembled("Text=a+b%20c%2bd%C3%A4"), "{\"Text\":\"a b c+d\xC3\xA4\"}");
    QueryForm form;
    for (const auto* const bad : {"a=%", "a%2", "a=%zz", "%2g=b"}) CHECK_FALSE(form.add(bad));
}

TEST_CASE("scalars are read by their kind") {
    CHECK_EQ(assembled("Text=a%26b&Number=-5&Flag=true&Unknown=x"), R"({"Text":"a&b","Number":-5,"Flag":true})");
    CHECK_EQ(assembled("Text="), R"({"Text":""})");
    CHECK_EQ(assembled("Text=first&Text=second"), R"({"Text":"first"})");
    CHECK_NE(assembled("Number=x").find("parameter Number is invalid"), std::string::npos);
    CHECK_NE(assembled("Number=99999999999999999999").find("invalid"), std::string::npos);
    CHECK_NE(assembled("Flag=1").find("invalid"), std::string::npos);
}

TEST_CASE("lists are put together in the order of their numbers, flattened and not") {
    CHECK_EQ(assembled("Name.10=j&Name.2=b&Name.1=a"), R"({"Names":["a","b","j"]})");
    CHECK_EQ(assembled("Keys.member.2=b&Keys.member.1=a"), R"({"Keys":["a","b"]})");
    CHECK_EQ(assembled("Names.1=a&Name.x=b&Name.=c&Name.1.2=d&Name.-1=e&Name.99999999999=f"), R"({"Names":[]})");
    CHECK_EQ(assembled("Keys.1=a"), "{}");
}

TEST_CASE("maps are put together of keys and values, flattened and not") {
    CHECK_EQ(assembled("Tag.1.Name=a&Tag.1.Value=b&Tag.2.Name=c&Tag.2.Value="), R"({"Flat":{"a":"b","c":""}})");
    CHECK_EQ(assembled("Nested.entry.1.key=a&Nested.entry.1.value=b"), R"({"Nested":{"a":"b"}})");
    CHECK_EQ(assembled("Tag.1.Value=b&Tag.2.Name=c"), R"({"Flat":{}})");
}

TEST_CASE("a single element of a flattened list or map may stand without its number") {
    CHECK_EQ(assembled("Name=a&Name.x=b"), R"({"Names":["a"]})");
    CHECK_EQ(assembled("Name=a&Name.2=b"), R"({"Names":["b"]})");
    CHECK_EQ(assembled("Tag.Name=a&Tag.Value=b"), R"({"Flat":{"a":"b"}})");
    CHECK_EQ(assembled("Tag.Name=a&Tag.Value=b&Tag.1.Name=c&Tag.1.Value=d"), R"({"Flat":{"c":"d"}})");
    CHECK_EQ(assembled("Tag.Value=b&Keys=a&Nested.key=c&Entry.Id=d"), "{}");
}

TEST_CASE("structures lie in lists, and maps of structures in these") {
    CHECK_EQ(
        assembled("Entry.2.Id=two&Entry.1.Id=one&Entry.1.Delay=3&Entry.1.Attribute.1.Name=n&"
                  "Entry.1.Attribute.1.Value.StringValue=v&Entry.1.Attribute.1.Value.DataType=String&Entry.10.Id=ten"),
        R"({"Entries":[{"Id":"one","Delay":3,"Attributes":{"n":{"StringValue":"v","DataType":"String"}}},)"
        R"({"Id":"two"},{"Id":"ten"}]})");
}

TEST_CASE("what is no form, or too long a one, is refused") {
    CHECK_EQ(assembled("Text=%"), "no form");
    CHECK_EQ(assembled("Text=%ff"), "no form");
    CHECK_EQ(assembled("%C3=x"), "no form");
    std::string many;
    for (std::size_t i = 0; i <= QueryForm::fields_max; ++i) many += "a=b&";
    CHECK_EQ(assembled(many), "no form");
    CHECK_EQ(assembled(many.substr(4)), "{}");
    CHECK_EQ(assembled("&&=&Text=a&"), R"({"Text":"a"})");
}

}  // namespace tern::aws
