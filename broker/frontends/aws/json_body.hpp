#pragma once

#include <boost/json/object.hpp>
#include <string_view>
#include <variant>

#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/shape.hpp"

namespace tern::aws {

/// The parameters in the body of a request in the JSON protocol; an empty body has none. What is allowed is the
/// shape's, none: whatever is an object. What they take of memory is bounded by the length of the text. Errors:
/// serialization, when the text is no JSON object, or a parameter of another kind than its shape.
std::variant<boost::json::object, Error> read_json_body(std::string_view text, const Shape* shape);

}  // namespace tern::aws
