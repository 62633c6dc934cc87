#include "broker/frontends/aws/xml.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <utility>

#include "broker/frontends/aws/parameters.hpp"

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

/// Stands for what XML 1.0 has no place for: control characters, U+FFFE and U+FFFF.
constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Whether a byte may begin something that is not written as it stands.
bool is_looked_at(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ') return c != '\t' && c != '\n';
    return c == '<' || c == '>' || c == '&' || c == '"' || byte == 0xEF;
}

bool begins_with_no_character(std::string_view text) {
    return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
}

/// What the first character of the text, one to be looked at, is written as, and how many bytes it takes.
std::pair<std::string_view, std::size_t> written(std::string_view text) {
    switch (text.front()) {
        case '<': return {"&lt;", 1};
        case '>': return {"&gt;", 1};
        case '&': return {"&amp;", 1};
        case '"': return {"&quot;", 1};
        case '\r': return {"&#xD;", 1};
        case '\xEF':
            if (begins_with_no_character(text)) return {replacement, 3};
            return {text.substr(0, 1), 1};
        default: return {replacement, 1};
    }
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
    while (!text.empty()) {
        const auto* const plain_end = std::find_if(text.begin(), text.end(), is_looked_at);
        const auto plain = static_cast<std::size_t>(plain_end - text.begin());
        to.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
        const auto [character, taken] = written(text);
        to.append(character);
        text.remove_prefix(taken);
    }
}

void append_xml(std::string& to, const json::object& result, const Shape& shape) {
    for (const auto& member : shape.members) {
        const auto* const value = result.if_contains(member.name);
        if (value) append_element(to, member.in_query(), *value, *member.shape);
    }
}

}  // namespace tern::aws
