#include "tools/tern/input/json_record.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstddef>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/moment.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t nesting_max = 256;

json::value parsed(std::string_view line) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = nesting_max;
    auto record = json::parse(json::string_view(line.data(), line.size()), error, {}, options);
    if (error) throw InputFailure(fmt::format("not JSON: {}", error.message()));
    return record;
}

const json::value& field_of(const json::value& record, const std::string& field) {
    const auto* object = record.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    if (value == nullptr) throw InputFailure(fmt::format("the record has no field '{}'", field));
    return *value;
}

std::string text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string().begin(), value.get_string().end());
    return json::serialize(value);
}

std::optional<std::string> text_or_null(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    return text_of(value);
}

TimePoint timestamp_of(const json::value& value, const std::string& field) {
    if (value.is_int64()) return TimePoint(std::chrono::milliseconds(value.get_int64()));
    const auto moment = value.is_string() ? parse_moment(text_of(value)) : std::nullopt;
    if (moment) return *moment;
    throw InputFailure(
        fmt::format("the field '{}' is no time: 2026-11-25T10:00:00Z, or milliseconds since 1970", field));
}

}  // namespace

RecordMessage message_from_json(std::string_view line, const RecordFields& fields) {
    const auto record = parsed(line);
    RecordMessage message;
    message.body = fields.body.empty() ? std::string(line) : text_of(field_of(record, fields.body));
    if (!fields.group.empty()) message.group_id = text_of(field_of(record, fields.group));
    if (!fields.deduplication.empty()) message.deduplication_id = text_of(field_of(record, fields.deduplication));
    if (!fields.subject.empty()) message.subject = text_of(field_of(record, fields.subject));
    return message;
}

StreamRecord stream_record_from_json(std::string_view line, const StreamRecordFields& fields) {
    const auto parsed_line = parsed(line);
    StreamRecord record;
    record.value = fields.value.empty() ? std::string(line) : text_or_null(field_of(parsed_line, fields.value));
    if (!fields.key.empty()) record.key = text_or_null(field_of(parsed_line, fields.key));
    if (!fields.timestamp.empty()) {
        record.timestamp = timestamp_of(field_of(parsed_line, fields.timestamp), fields.timestamp);
    }
    return record;
}

}  // namespace tern::cli
