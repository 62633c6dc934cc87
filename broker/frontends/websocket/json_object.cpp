#include "broker/frontends/websocket/json_object.hpp"

#include <algorithm>

#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"
#include "broker/frontends/json/json_reader.hpp"
#include "broker/frontends/native/reply_writer.hpp"
#include "protocol/temporary.hpp"

namespace tern::websocket {

namespace {

// Field names of the peer stand in refusals.
constexpr std::size_t detail_bytes_max = 256;

/// JSON on one line: a line end in it is white space.
void append_json(std::string& to, std::string_view json) {
    const auto from = static_cast<std::ptrdiff_t>(to.size());
    to.append(json);
    std::replace_if(
        to.begin() + from, to.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

void append_base64_string(std::string& to, std::string_view bytes) {
    to += '"';
    append_base64(to, bytes);
    to += '"';
}

}  // namespace

void append_error(std::string& to, Errc status, std::string_view detail) {
    JsonObject error(to);
    error.add("code", static_cast<int>(status));
    error.add("name", protocol::name_of(status));
    error.add("message", native::message_of(status, valid_utf8(detail) ? front_of_utf8(detail, detail_bytes_max) : ""));
    error.add("temporary", protocol::is_temporary(status));
    error.close();
}

void add_data(JsonObject& to, std::string_view bytes, std::string_view plain_name) {
    if (!valid_utf8(bytes)) return append_base64_string(to.field("base64"), bytes);
    if (json::is_json(bytes)) return append_json(to.field("data"), bytes);
    to.add(plain_name, bytes);
}

void add_text(JsonObject& to, std::string_view bytes, std::string_view plain_name) {
    if (!valid_utf8(bytes)) return append_base64_string(to.field("base64"), bytes);
    to.add(plain_name, bytes);
}

void append_value(std::string& to, std::string_view bytes) {
    if (!valid_utf8(bytes)) return append_base64_string(to, bytes);
    if (json::is_json(bytes)) return append_json(to, bytes);
    append_json_string(to, bytes);
}

}  // namespace tern::websocket
