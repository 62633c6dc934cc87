#include "tools/tern/streams/record_text.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "tools/tern/text/base64.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

// A producer's clock may say anything; what lies beyond the year 9999 is shown as a number.
constexpr std::int64_t moment_ms_max = 253'402'300'799'999;

bool has_date(std::int64_t timestamp_ms) {
    return timestamp_ms >= 0 && timestamp_ms <= moment_ms_max;
}

void add_bytes(json::object& to, std::string_view name, std::string_view encoding_name,
               const std::optional<std::string_view>& bytes) {
    if (!bytes) {
        to[name] = nullptr;
    } else if (is_valid_utf8(*bytes)) {
        to[name] = *bytes;
    } else {
        to[name] = to_base64(*bytes);
        to[encoding_name] = "base64";
    }
}

std::string time_text(std::int64_t timestamp_ms) {
    if (!has_date(timestamp_ms)) return std::to_string(timestamp_ms);
    return fmt::format("{}.{:03}", local_time(timestamp_ms), timestamp_ms % 1'000);
}

std::string headers_text(const std::vector<protocol::RecordHeader>& headers) {
    std::string text;
    for (const auto& [key, value] : headers) {
        text += fmt::format("  {}={}", printable(key, false), value ? printable(*value, false) : "");
    }
    return text;
}

}  // namespace

json::object json_of(const PlacedRecord& placed) {
    const auto& record = *placed.record;
    json::object object{{"partition", placed.partition}, {"offset", record.offset}};
    object["timestamp"] =
        has_date(record.timestamp_ms) ? json::value(utc_time(record.timestamp_ms)) : json::value(record.timestamp_ms);
    add_bytes(object, "key", "key_encoding", record.key);
    add_bytes(object, "value", "encoding", record.value);
    json::array headers;
    for (const auto& [key, value] : record.headers) {
        json::object header;
        add_bytes(header, "key", "key_encoding", key);
        add_bytes(header, "value", "encoding", value);
        headers.push_back(std::move(header));
    }
    object["headers"] = std::move(headers);
    return object;
}

std::string line_of(const PlacedRecord& placed, const Style& style) {
    const auto& record = *placed.record;
    const auto place = fmt::format("{}:{}", placed.partition, record.offset);
    const auto key = record.key ? style.green(printable(*record.key, false)) : style.dim("-");
    const auto value = record.value ? printable(*record.value, false) : style.dim("(no value)");
    return fmt::format("{}  {}  {}  {}{}\n", style.dim(time_text(record.timestamp_ms)), style.yellow(place), key, value,
                       style.dim(headers_text(record.headers)));
}

void RecordWriter::write(const PlacedRecord& placed) {
    switch (format_) {
        case RecordFormat::line: out_.write(line_of(placed, style_)); break;
        case RecordFormat::json: out_.write(json::serialize(json_of(placed)) + "\n"); break;
        case RecordFormat::raw:
            if (placed.record->value) out_.write(*placed.record->value);
            out_.write("\n");
            break;
    }
    ++written_;
}

}  // namespace tern::cli
