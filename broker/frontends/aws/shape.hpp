#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The shapes of parameters and results, as tables: one description serves the JSON protocol, where it says what is
/// allowed, and the Query protocol, where it says how parameters are put together and results become XML.
namespace tern::aws {

enum class Kind : std::uint8_t { text, integer, boolean, structure, list, map };

struct Shape;

struct Member {
    /// In JSON.
    std::string_view name;
    const Shape* shape;
    /// In the Query protocol; the same when empty.
    std::string_view query_name = {};

    std::string_view in_query() const { return query_name.empty() ? name : query_name; }
};

struct Shape {
    Kind kind;
    /// Of a structure.
    std::span<const Member> members = {};
    /// Of a list or of a map's values. A map's keys are texts.
    const Shape* element = nullptr;
    /// Of a list or map: its elements stand where it would stand itself, as `Attribute.1.Name`; otherwise within it, as
    /// `Attributes.entry.1.key`.
    bool flattened = false;
    /// What the elements are called where they stand within: `member` of lists, `entry` of maps.
    std::string_view element_name = {};
    std::string_view key_name = "key";
    std::string_view value_name = "value";
};

inline constexpr Shape text_shape{Kind::text};
inline constexpr Shape integer_shape{Kind::integer};
inline constexpr Shape boolean_shape{Kind::boolean};

constexpr Shape structure(std::span<const Member> members) {
    return {Kind::structure, members};
}
constexpr Shape list_of(const Shape& element) {
    return {Kind::list, {}, &element, false, "member"};
}
constexpr Shape flat_list_of(const Shape& element) {
    return {Kind::list, {}, &element, true};
}
/// `NAME.entry.N.key` and `.value`, unless told otherwise.
constexpr Shape map_of(const Shape& value, std::string_view key_name = "key", std::string_view value_name = "value") {
    return {Kind::map, {}, &value, false, "entry", key_name, value_name};
}
constexpr Shape flat_map_of(const Shape& value, std::string_view key_name, std::string_view value_name) {
    return {Kind::map, {}, &value, true, {}, key_name, value_name};
}

}  // namespace tern::aws
