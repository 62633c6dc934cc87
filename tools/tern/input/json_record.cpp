#include "tools/tern/input/json_record.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>

#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t nesting_max = 256;

std::string field_text(const json::value& record, const std::string& field) {
    const auto* object = record.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    if (value == nullptr) throw InputFailure(fmt::format("the record has no field '{}'", field));
    if (value->is_string()) return std::string(value->get_string().begin(), value->get_string().end());
    return json::serialize(*value);
}

}  // namespace

RecordMessage message_from_json(std::string_view line, const RecordFields& fields) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = nesting_max;
    const auto record = json::parse(json::string_view(line.data(), line.size()), error, {}, options);
    if (error) throw InputFailure(fmt::format("not JSON: {}", error.message()));

    RecordMessage message;
    message.body = fields.body.empty() ? std::string(line) : field_text(record, fields.body);
    if (!fields.group.empty()) message.group_id = field_text(record, fields.group);
    if (!fields.deduplication.empty()) message.deduplication_id = field_text(record, fields.deduplication);
    return message;
}

}  // namespace tern::cli
