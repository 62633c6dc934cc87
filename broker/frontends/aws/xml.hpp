#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "broker/frontends/aws/shape.hpp"

namespace tern::aws {

/// Appends text as SQS and SNS write it: < > & as entities, a quotation mark as &quot; and a carriage return as &#xD;,
/// which a reader of XML would otherwise make a line feed.
void append_xml_text(std::string& to, std::string_view text);

/// Appends the members of a result as elements, in the shape's order. Members that the shape does not name are left
/// out.
void append_xml(std::string& to, const boost::json::object& result, const Shape& shape);

}  // namespace tern::aws
