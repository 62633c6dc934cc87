#include "broker/frontends/aws/parameters.hpp"

#include <string>

namespace tern::aws {
namespace {

namespace json = boost::json;

std::string_view kind_found(const json::value& value) {
    switch (value.kind()) {
        case json::kind::bool_: return value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
        case json::kind::string: return "STRING_VALUE";
        case json::kind::double_: return "DECIMAL_VALUE";
        case json::kind::int64:
        case json::kind::uint64: return "NUMBER_VALUE";
        case json::kind::array:
        case json::kind::object:
        case json::kind::null: break;
    }
    return "NULL_VALUE";
}

std::string_view kind_wanted(Kind kind) {
    switch (kind) {
        case Kind::text: return "a String";
        case Kind::integer: return "an Integer";
        case Kind::boolean: return "a Boolean";
        case Kind::list: return "a List";
        case Kind::map: return "a Map";
        case Kind::structure: break;
    }
    return "a Structure";
}

Error misfit(const json::value& value, Kind wanted) {
    if (value.is_array()) return {common_errors::serialization, "Start of list found where not expected"};
    if (value.is_object()) return {common_errors::serialization, "Start of structure or map found where not expected."};
    std::string text(kind_found(value));
    return {common_errors::serialization, text.append(" can not be converted to ").append(kind_wanted(wanted))};
}

std::optional<Error> conform_value(json::value& value, const Shape& shape);

/// Whole numbers that JSON writes with a fraction of zero are whole numbers too.
bool make_integer(json::value& value) {
    if (value.is_int64()) return true;
    constexpr double exact_max = 9.0e15;
    if (!value.is_double()) return false;
    const double number = value.get_double();
    if (!(number > -exact_max && number < exact_max)) return false;
    const auto whole = static_cast<std::int64_t>(number);
    if (static_cast<double>(whole) != number) return false;
    value = whole;
    return true;
}

std::optional<Error> conform_list(json::array& list, const Shape& shape) {
    for (auto& element : list)
        if (auto error = conform_value(element, *shape.element)) return error;
    return std::nullopt;
}

std::optional<Error> conform_map(json::object& map, const Shape& shape) {
    for (auto& entry : map)
        if (auto error = conform_value(entry.value(), *shape.element)) return error;
    return std::nullopt;
}

std::optional<Error> conform_value(json::value& value, const Shape& shape) {
    bool fits = false;
    switch (shape.kind) {
        case Kind::text: fits = value.is_string(); break;
        case Kind::integer: fits = make_integer(value); break;
        case Kind::boolean: fits = value.is_bool(); break;
        case Kind::list:
            if (value.is_array()) return conform_list(value.get_array(), shape);
            break;
        case Kind::map:
            if (value.is_object()) return conform_map(value.get_object(), shape);
            break;
        case Kind::structure:
            if (value.is_object()) return conform(value.get_object(), shape);
            break;
    }
    if (!fits) return misfit(value, shape.kind);
    return std::nullopt;
}

}  // namespace

std::optional<Error> conform(json::object& parameters, const Shape& shape) {
    for (const auto& member : shape.members) {
        const auto found = parameters.find(member.name);
        if (found == parameters.end()) continue;
        if (found->value().is_null()) {
            parameters.erase(found);
            continue;
        }
        if (auto error = conform_value(found->value(), *member.shape)) return error;
    }
    return std::nullopt;
}

std::optional<std::string_view> text_in(const json::object& parameters, std::string_view name) {
    const auto* const value = parameters.if_contains(name);
    if (!value) return std::nullopt;
    return view_of(*value);
}

std::optional<std::int64_t> integer_in(const json::object& parameters, std::string_view name) {
    const auto* const value = parameters.if_contains(name);
    if (!value) return std::nullopt;
    return value->get_int64();
}

const json::array* list_in(const json::object& parameters, std::string_view name) {
    const auto* const value = parameters.if_contains(name);
    return value ? &value->get_array() : nullptr;
}

const json::object* object_in(const json::object& parameters, std::string_view name) {
    const auto* const value = parameters.if_contains(name);
    return value ? &value->get_object() : nullptr;
}

}  // namespace tern::aws
