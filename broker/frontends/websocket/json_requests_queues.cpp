#include <utility>

#include "broker/base/base64.hpp"
#include "broker/frontends/websocket/json_requests.hpp"
#include "protocol/limits.hpp"

namespace tern::websocket {

namespace {

/// An attribute's value, given in one of the two ways.
void read_attribute_object(Fields& fields, JsonAttribute& to) {
    Fields within(fields.reader(), fields.place_within());
    std::optional<std::string> value;
    std::optional<std::string> base64;
    while (within.next()) {
        if (within.is("type"))
            within.text(to.type);
        else if (within.is("value"))
            within.text(value);
        else if (within.is("base64"))
            within.text(base64);
        else
            within.unknown();
    }
    if (!value && !base64) within.missing("value or base64");
    if (value && base64) within.refuse(Errc::request_malformed, "value and base64 exclude each other");
    if (base64) value = decode_base64(*base64);
    if (!value) within.refuse(Errc::request_malformed, "base64 is expected");
    if (value) to.value = std::move(*value);
    fields.take_over(within.refusal());
}

/// A message whose views point into the keeper.
struct MessageReader {
    Keeper& keeper;
    engine::SendMessages& to;

    /// Reads a field of a message; false when it is none.
    bool read_field(Fields& fields) {
        if (fields.data("body", body)) return true;
        if (fields.is("attributes"))
            read_attributes(fields, attributes);
        else if (fields.is("delay_ms"))
            fields.duration(delay);
        else if (fields.is("group"))
            fields.text(group);
        else if (fields.is("deduplication_id"))
            fields.text(deduplication_id);
        else
            return false;
        any = true;
        return true;
    }

    void finish(Fields& fields) {
        if (!body) fields.missing("body, data or base64");
        if (fields.refusal()) return;
        engine::NewMessage message;
        message.body = keeper.keep(*body);
        for (const auto& [name, type, value] : attributes) {
            message.attributes.push_back({keep_type(name), keep_type(type), keeper.keep(value)});
        }
        message.delay = delay;
        message.group_id = keeper.keep(group);
        if (deduplication_id) message.deduplication_id = keeper.keep(*deduplication_id);
        to.messages.push_back(std::move(message));
    }
    /// What is not given stands for "String", which is in no request.
    std::string_view keep_type(const std::string& text) { return text == "String" ? "String" : keeper.keep(text); }

    std::optional<Bytes> body{};
    std::vector<JsonAttribute> attributes{};
    std::optional<Milliseconds> delay{};
    std::string group{};
    std::optional<std::string> deduplication_id{};
    bool any = false;
};

void read_messages(Fields& fields, Keeper& keeper, engine::SendMessages& to) {
    fields.array([&](std::string place) {
        if (to.messages.size() == protocol::batch_entries_max) return fields.refuse(Errc::batch_too_long);
        Fields within(fields.reader(), std::move(place));
        MessageReader message{keeper, to};
        while (within.next()) {
            if (!message.read_field(within)) within.unknown();
        }
        message.finish(within);
        fields.take_over(within.refusal());
    });
    if (to.messages.empty()) fields.refuse(Errc::batch_empty);
}

/// `queue` and `namespace`, which all have; false when the field is another one.
bool read_queue_field(Fields& fields, engine::QueueName& to) {
    if (fields.is("queue"))
        fields.text(to.name, protocol::queue_name_bytes_max, Errc::queue_name_invalid);
    else if (fields.is("namespace"))
        fields.namespace_name(to.namespace_name);
    else
        return false;
    return true;
}

}  // namespace

void read_attributes(Fields& fields, std::vector<JsonAttribute>& to) {
    if (fields.kind() == json::Kind::null) {
        std::optional<std::string> nothing;
        return fields.text(nothing);
    }
    Fields within(fields.reader(), fields.place_within());
    while (within.next()) {
        if (to.size() == protocol::message_attributes_max) {
            within.refuse(Errc::too_many_attributes);
            break;
        }
        auto& attribute = to.emplace_back();
        attribute.name = within.name();
        if (within.kind() == json::Kind::object)
            read_attribute_object(within, attribute);
        else
            within.text(attribute.value);
    }
    fields.take_over(within.refusal());
}

JsonDemand read_send(json::Reader& reader, std::size_t text_bytes, Ask& ask) {
    engine::SendMessages to;
    Keeper keeper(text_bytes);
    MessageReader alone{keeper, to};
    bool many = false;
    Fields fields(reader, {});
    while (fields.next()) {
        if (read_queue_field(fields, to.queue) || alone.read_field(fields)) continue;
        if (fields.is("messages"))
            many = true, read_messages(fields, keeper, to);
        else
            fields.unknown();
    }
    if (to.queue.name.empty()) fields.missing("queue");
    if (many && (alone.body || alone.any)) fields.refuse(Errc::request_malformed, "messages stand alone");
    if (!many) alone.finish(fields);
    if (fields.refusal()) return {*fields.refusal()};
    if (many) ask = Ask::send_many;
    return {engine::Command(std::move(to)), keeper.take(), keeper.room()};
}

JsonDemand read_receive(json::Reader& reader) {
    engine::ReceiveMessages to;
    Fields fields(reader, {});
    while (fields.next()) {
        if (read_queue_field(fields, to.queue)) continue;
        if (fields.is("max"))
            fields.number(to.messages_max);
        else if (fields.is("wait_ms"))
            fields.duration(to.wait);
        else if (fields.is("visibility_timeout_ms"))
            fields.duration(to.visibility_timeout);
        else
            fields.unknown();
    }
    if (to.queue.name.empty()) fields.missing("queue");
    if (fields.refusal()) return {*fields.refusal()};
    return {engine::Command(std::move(to))};
}

JsonDemand read_delete(json::Reader& reader, std::size_t text_bytes) {
    engine::DeleteMessages to;
    std::vector<std::string> handles;
    Fields fields(reader, {});
    while (fields.next()) {
        if (read_queue_field(fields, to.queue)) continue;
        if (fields.is("handles"))
            fields.texts(handles, protocol::batch_entries_max);
        else
            fields.unknown();
    }
    if (to.queue.name.empty()) fields.missing("queue");
    if (handles.empty()) fields.missing("handles");
    if (fields.refusal()) return {*fields.refusal()};
    Keeper keeper(text_bytes);
    for (const auto& handle : handles) to.receipt_handles.push_back(keeper.keep(handle));
    return {engine::Command(std::move(to)), keeper.take(), keeper.room()};
}

JsonDemand read_change_visibility(json::Reader& reader, std::size_t text_bytes) {
    engine::ChangeVisibility to;
    std::vector<std::string> handles;
    std::optional<Milliseconds> timeout;
    Fields fields(reader, {});
    while (fields.next()) {
        if (read_queue_field(fields, to.queue)) continue;
        if (fields.is("handles"))
            fields.texts(handles, protocol::batch_entries_max);
        else if (fields.is("visibility_timeout_ms"))
            fields.duration(timeout);
        else
            fields.unknown();
    }
    if (to.queue.name.empty()) fields.missing("queue");
    if (handles.empty()) fields.missing("handles");
    if (!timeout) fields.missing("visibility_timeout_ms");
    if (fields.refusal()) return {*fields.refusal()};
    Keeper keeper(text_bytes);
    for (const auto& handle : handles) to.changes.push_back({keeper.keep(handle), *timeout});
    return {engine::Command(std::move(to)), keeper.take(), keeper.room()};
}

}  // namespace tern::websocket
