#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "broker/engine/json_tokens.hpp"

/// Finding one's way in a JSON body as SNS does (docs/aws.md sns-27): arrays are searched, objects in arrays too, and a
/// dot in a name, of the policy or of the body, is as good as nesting.
namespace tern::engine::filter {

struct Node;

/// An object of a body; or what a member's name has behind a dot, as an object of that one member; or no object, when
/// there is none where the policy looks.
struct BodyObject {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    /// Number of the token that begins the object, or of the member's name.
    std::size_t token = none;
    /// How much of the member's name is behind us; 0: it is an object.
    std::size_t name_bytes_taken = 0;
};

/// Calls `see(name, number of the value's token, number of the name's token, bytes of the name taken)` for the members,
/// until it returns true; returns that.
template <class See>
bool any_member(const std::vector<JsonToken>& body, const BodyObject& object, See see) {
    if (object.token == BodyObject::none) return false;
    if (object.name_bytes_taken > 0) {
        const auto name = body[object.token].text.substr(object.name_bytes_taken);
        return see(name, object.token + 1, object.token, object.name_bytes_taken);
    }
    for (std::size_t at = object.token + 1; body[at].kind == JsonKind::name; at = body[at + 1].next) {
        if (see(body[at].text, at + 1, at, std::size_t{0})) return true;
    }
    return false;
}

/// The same for a value's elements, and theirs, if it is an array; otherwise for the value itself.
template <class See>
bool any_element(const std::vector<JsonToken>& body, std::size_t value, See& see) {
    if (body[value].kind != JsonKind::begin_array) return see(value);
    for (std::size_t at = value + 1; body[at].kind != JsonKind::end_array; at = body[at].next) {
        if (any_element(body, at, see)) return true;
    }
    return false;
}

/// Whether a body, which is an object, passes.
bool body_matches(const Node& policy, const std::vector<JsonToken>& body);

}  // namespace tern::engine::filter
