#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <variant>

#include "broker/base/utf8.hpp"
#include "broker/frontends/aws/json_body.hpp"
#include "broker/frontends/aws/xml.hpp"
#include "tests/fuzz/aws_shapes.hpp"

/// A body of a stranger in the JSON protocol: parameters of the kinds that their shapes have, or an error.
namespace {

using namespace tern;
using namespace tern::aws;
using namespace tern::fuzz;

void check_object(const boost::json::object& object, const Shape& shape);

void check_value(const boost::json::value& value, const Shape& shape) {
    switch (shape.kind) {
        case Kind::text: {
            require(value.is_string());
            const auto& text = value.get_string();
            require(valid_utf8({text.data(), text.size()}));
            break;
        }
        case Kind::integer: require(value.is_int64()); break;
        case Kind::boolean: require(value.is_bool()); break;
        case Kind::list:
            require(value.is_array());
            for (const auto& each : value.get_array()) check_value(each, *shape.element);
            break;
        case Kind::map:
            require(value.is_object());
            for (const auto& each : value.get_object()) check_value(each.value(), *shape.element);
            break;
        case Kind::structure:
            require(value.is_object());
            check_object(value.get_object(), shape);
            break;
    }
}

/// Members that the shape does not have may be anything: nobody looks at them.
void check_object(const boost::json::object& object, const Shape& shape) {
    for (const auto& member : shape.members)
        if (const auto* const value = object.if_contains(member.name)) check_value(*value, *member.shape);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto read = read_json_body(text, &all);
    if (const auto* const error = std::get_if<Error>(&read)) {
        require(error->kind.status == 400 && !error->text.empty());
        return 0;
    }
    const auto& parameters = std::get<boost::json::object>(read);
    check_object(parameters, all);
    std::string xml;
    append_xml(xml, parameters, all);
    check_xml(xml);
    return 0;
}
