#include "broker/frontends/aws/xml.hpp"

#include <boost/json/value.hpp>

#include "broker/frontends/aws/parameters.hpp"
#include "broker/frontends/aws/sqs_text.hpp"

namespace tern::aws {
namespace {

namespace json = boost::json;

void append_tag(std::string& to, std::string_view opening, std::string_view name) {
    to.append(opening).append(name).append(">");
}

void append_scalar(std::string& to, const json::value& value) {
    if (value.is_string()) return append_xml_text(to, view_of(value));
    if (value.is_bool()) {
        to.append(value.get_bool() ? "true" : "false");
        return;
    }
    to.append(value.is_int64() ? std::to_string(value.get_int64()) : std::to_string(value.to_number<std::uint64_t>()));
}

void append_element(std::string& to, std::string_view name, const json::value& value, const Shape& shape);

void append_contents(std::string& to, const json::value& value, const Shape& shape) {
    if (shape.kind == Kind::structure) return append_xml(to, value.get_object(), shape);
    append_scalar(to, value);
}

void append_list(std::string& to, std::string_view name, const json::array& list, const Shape& shape) {
    for (const auto& element : list) append_element(to, name, element, *shape.element);
}

void append_map(std::string& to, std::string_view name, const json::object& map, const Shape& shape) {
    for (const auto& [key, value] : map) {
        append_tag(to, "<", name);
        append_tag(to, "<", shape.key_name);
        append_xml_text(to, {key.data(), key.size()});
        append_tag(to, "</", shape.key_name);
        append_element(to, shape.value_name, value, *shape.element);
        append_tag(to, "</", name);
    }
}

void append_element(std::string& to, std::string_view name, const json::value& value, const Shape& shape) {
    const bool many = shape.kind == Kind::list || shape.kind == Kind::map;
    const bool wrapped = !many || !shape.flattened;
    const auto inner = many && !shape.flattened ? shape.element_name : name;
    if (wrapped) append_tag(to, "<", name);
    if (shape.kind == Kind::list) append_list(to, inner, value.get_array(), shape);
    if (shape.kind == Kind::map) append_map(to, inner, value.get_object(), shape);
    if (!many) append_contents(to, value, shape);
    if (wrapped) append_tag(to, "</", name);
}

}  // namespace

void append_xml_text(std::string& to, std::string_view text) {
    // What XML has no way to write, in a tag or in what a refusal quotes, must not spoil the whole answer.
    if (!sqs::valid_contents(text)) return append_xml_text(to, sqs::text_of_contents(text));
    while (!text.empty()) {
        const auto plain = text.substr(0, text.find_first_of("<>&\"\r"));
        to.append(plain);
        text.remove_prefix(plain.size());
        if (text.empty()) return;
        switch (text.front()) {
            case '<': to.append("&lt;"); break;
            case '>': to.append("&gt;"); break;
            case '&': to.append("&amp;"); break;
            case '"': to.append("&quot;"); break;
            default: to.append("&#xD;");
        }
        text.remove_prefix(1);
    }
}

void append_xml(std::string& to, const json::object& result, const Shape& shape) {
    for (const auto& member : shape.members) {
        const auto* const value = result.if_contains(member.name);
        if (value) append_element(to, member.in_query(), *value, *member.shape);
    }
}

}  // namespace tern::aws
