#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/base/json_text.hpp"
#include "broker/base/result.hpp"

namespace tern::websocket {

/// Writes one JSON object at the end of a text: from "{" on; close() writes "}". Names are plain ASCII.
class JsonObject {
public:
    explicit JsonObject(std::string& to) : to_(to) { to_ += '{'; }

    /// Where the field's value is to be written.
    std::string& field(std::string_view name) {
        if (!first_) to_ += ',';
        first_ = false;
        to_.append("\"").append(name).append("\":");
        return to_;
    }
    /// Of a field whose name is somebody else's text.
    std::string& field_named(std::string_view name) {
        if (!first_) to_ += ',';
        first_ = false;
        append_json_string(to_, name);
        return to_ += ':';
    }
    void add(std::string_view name, std::string_view text) { append_json_string(field(name), text); }
    void add(std::string_view name, const std::string& text) { add(name, std::string_view(text)); }
    void add(std::string_view name, std::same_as<bool> auto value) { field(name) += value ? "true" : "false"; }
    template <std::integral Number>
    requires(!std::same_as<Number, bool>) void add(std::string_view name, Number number) {
        const fmt::format_int digits(number);
        field(name).append(digits.data(), digits.size());
    }
    void close() { to_ += '}'; }
    std::string& text() { return to_; }

private:
    std::string& to_;
    bool first_ = true;
};

/// What is wrong, as the value of `error`.
void append_error(std::string& to, Errc status, std::string_view detail = {});
/// Bytes as one of the fields data (JSON), `plain_name` (other text) and base64.
void add_data(JsonObject& to, std::string_view bytes, std::string_view plain_name);
/// Bytes as one of the fields `plain_name` (text) and base64: for what is text even if it looks like JSON.
void add_text(JsonObject& to, std::string_view bytes, std::string_view plain_name);
/// A value that somebody else chose: as it is when it is JSON, else as a string.
void append_value(std::string& to, std::string_view bytes);

}  // namespace tern::websocket
