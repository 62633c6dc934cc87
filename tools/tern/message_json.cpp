#include "tools/tern/message_json.hpp"

#include <fmt/format.h>

#include "tools/tern/queue_json.hpp"
#include "tools/tern/text/base64.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

json::object attributes_of(const ReceivedMessage& message) {
    json::object attributes;
    for (const auto& [name, type, value] : message.attributes) {
        json::object attribute{{"type", type}};
        if (type.starts_with("Binary") || !is_valid_utf8(value)) {
            attribute["value"] = to_base64(value);
            attribute["encoding"] = "base64";
        } else {
            attribute["value"] = value;
        }
        attributes[name] = std::move(attribute);
    }
    return attributes;
}

/// What tells a message that is looked at from one that was received.
bool is_peeked(const ReceivedMessage& message) {
    return message.receipt_handle.empty();
}

std::string state_of(const ReceivedMessage& message) {
    const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    if (message.available_at <= now) return "visible";
    return message.receive_count > 0 ? "in flight" : "delayed";
}

}  // namespace

json::object json_of(const ReceivedMessage& message) {
    const auto id = to_string(message.id);
    json::object object{{"id", id}};
    if (is_valid_utf8(message.body)) {
        object["body"] = message.body;
    } else {
        object["body"] = to_base64(message.body);
        object["encoding"] = "base64";
    }
    if (is_peeked(message)) {
        object["state"] = state_of(message);
        object["available_at"] = moment(message.available_at);
    } else {
        object["receipt_handle"] = message.receipt_handle;
    }
    object["receive_count"] = message.receive_count;
    object["sent_at"] = moment(message.sent_at);
    if (message.receive_count > 0) object["first_received_at"] = moment(message.first_received_at);
    object["sequence"] = message.sequence;
    if (!message.group_id.empty()) object["group_id"] = message.group_id;
    if (!message.deduplication_id.empty()) object["deduplication_id"] = message.deduplication_id;
    if (!message.sender_id.empty()) object["sender_id"] = message.sender_id;
    if (!message.trace_header.empty()) object["trace_header"] = message.trace_header;
    if (!message.dead_letter_source.empty()) object["dead_letter_source"] = message.dead_letter_source;
    object["attributes"] = attributes_of(message);
    return object;
}

std::string heading_of(const ReceivedMessage& message, const Style& style) {
    auto facts = fmt::format("sent {} ago", rough_duration(age_of(message.sent_at)));
    if (is_peeked(message)) {
        const auto state = state_of(message);
        facts += ", " + state;
        const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
        if (state != "visible") facts += " for " + rough_duration(message.available_at - now);
    }
    if (message.receive_count > 0) facts += fmt::format(", received {}", counted(message.receive_count, "time"));
    if (!message.group_id.empty()) facts += fmt::format(", group {}", printable(message.group_id, false));
    if (!message.dead_letter_source.empty()) facts += fmt::format(", dead letter of {}", message.dead_letter_source);

    auto lines = style.bold(to_string(message.id)) + "  " + style.dim(facts) + "\n";
    if (!is_peeked(message)) lines += style.dim("handle " + message.receipt_handle) + "\n";
    for (const auto& [name, type, value] : message.attributes) {
        const bool text = is_valid_utf8(value) && !type.starts_with("Binary");
        const auto shown = text ? printable(value, false) : fmt::format("{} of bytes", human_bytes(value.size()));
        lines += style.dim(fmt::format("{} ({}) {}", name, type, shown)) + "\n";
    }
    return lines;
}

std::string shown_body(const ReceivedMessage& message, bool on_terminal) {
    auto body = on_terminal ? printable(message.body, true) : message.body;
    if (!body.ends_with('\n')) body += '\n';
    return body;
}

}  // namespace tern::cli
