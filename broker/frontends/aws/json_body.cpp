#include "broker/frontends/aws/json_body.hpp"

#include <boost/json/parse.hpp>
#include <cstddef>
#include <new>
#include <utility>

#include "broker/frontends/aws/bounded_resource.hpp"
#include "broker/frontends/aws/parameters.hpp"

namespace tern::aws {
namespace {

namespace json = boost::json;

/// How often what JSON text means may be longer than the text: a list of numbers of one digit is.
constexpr std::size_t memory_per_byte = 4;
constexpr std::size_t memory_anyway = 64u << 10;

/// Moved from where it was made, and never assigned: that would copy all of it to other memory.
std::variant<json::object, Error> parse_object(std::string_view text) {
    const auto storage = json::make_shared_resource<BoundedResource>(memory_anyway + memory_per_byte * text.size());
    json::error_code fault;
    try {
        auto body = json::parse({text.data(), text.size()}, fault, storage);
        if (!fault && body.is_object()) return std::move(body.get_object());
    } catch (const std::bad_alloc&) {
        return Error{common_errors::serialization, "The body holds too many values."};
    }
    return Error{common_errors::serialization, "The body is not a JSON object."};
}

}  // namespace

std::variant<json::object, Error> read_json_body(std::string_view text, const Shape* shape) {
    auto body = parse_object(text.empty() ? "{}" : text);
    auto* const parameters = std::get_if<json::object>(&body);
    if (parameters && shape)
        if (auto error = conform(*parameters, *shape)) return std::move(*error);
    return body;
}

}  // namespace tern::aws
