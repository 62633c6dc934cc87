#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/shape.hpp"

namespace tern::aws {

/// Checks parameters that came as JSON: what the shape names is of its kind. Members that are null go, as if they had
/// not been given; members that the shape does not name stay and mean nothing.
/// Errors: serialization.
std::optional<Error> conform(boost::json::object& parameters, const Shape& shape);

// Of parameters that conform to their shape: what is not there, is not there.
std::optional<std::string_view> text_in(const boost::json::object& parameters, std::string_view name);
std::optional<std::int64_t> integer_in(const boost::json::object& parameters, std::string_view name);
const boost::json::array* list_in(const boost::json::object& parameters, std::string_view name);
const boost::json::object* object_in(const boost::json::object& parameters, std::string_view name);

inline std::string_view view_of(const boost::json::string& text) {
    return {text.data(), text.size()};
}
inline std::string_view view_of(const boost::json::value& text) {
    return view_of(text.get_string());
}

}  // namespace tern::aws
