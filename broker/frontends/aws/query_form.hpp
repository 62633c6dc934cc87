#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/shape.hpp"

/// The Query protocol's side of requests: application/x-www-form-urlencoded text, in a body or behind a question mark.
namespace tern::aws {

/// The decoded fields of a form. Of a name that stands there twice the first one counts.
class QueryForm {
public:
    static constexpr std::size_t fields_max = 10'000;

    /// Adds the fields of a form. False, when it is no form in UTF-8, or has more than fields_max of them.
    bool add(std::string_view text);
    /// Once all is added: makes the fields ready to be looked up.
    void seal();

    std::optional<std::string_view> find(std::string_view name) const;

    struct Field {
        std::string name;
        std::string value;
    };
    /// In the order of their names.
    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

/// The parameters in the shape that they have in JSON. Fields that the shape does not name mean nothing.
/// Errors: malformed_query for numbers that are none.
std::variant<boost::json::object, Error> parameters_of(const QueryForm& form, const Shape& shape,
                                                       boost::json::storage_ptr storage);

}  // namespace tern::aws
