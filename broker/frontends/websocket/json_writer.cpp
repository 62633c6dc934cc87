#include "broker/frontends/websocket/json_writer.hpp"

#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/frontends/websocket/json_object.hpp"
#include "broker/frontends/websocket/json_reply.hpp"
#include "protocol/limits.hpp"

namespace tern::websocket {

namespace {

/// The results of several entries: an object each, with `error` where one was refused.
template <class Result, class Describe>
void append_results(std::string& to, const std::vector<Result>& results, Describe describe) {
    to += '[';
    for (const auto& result : results) {
        if (to.back() != '[') to += ',';
        JsonObject entry(to);
        describe(entry, result);
        entry.close();
    }
    to += ']';
}

void describe(JsonObject& to, const engine::SendResult& result) {
    if (result.status != Errc::ok) return append_error(to.field("error"), result.status);
    to.add("id", engine::text_of(result.id));
    if (result.sequence > 0) to.add("sequence", result.sequence);
}

void describe(JsonObject& to, const engine::PublishResult& result) {
    if (result.status != Errc::ok) return append_error(to.field("error"), result.status, result.detail);
    to.add("id", engine::text_of(result.id));
    if (result.offset) to.add("offset", *result.offset);
    if (result.sequence > 0) to.add("sequence", result.sequence);
    if (result.duplicate) to.add("duplicate", true);
}

/// Of a request for one thing: its refusal is the request's.
Errc refusal_of_one(const engine::AnswerBody& body, Ask ask, std::string_view& detail) {
    if (const auto* sent = std::get_if<engine::SendResults>(&body); sent && ask == Ask::send) {
        return sent->results.front().status;
    }
    if (const auto* appended = std::get_if<engine::AppendResults>(&body)) {
        detail = appended->results.front().detail;
        return appended->results.front().status;
    }
    const auto* published = std::get_if<engine::PublishResults>(&body);
    if (!published || ask != Ask::publish) return Errc::ok;
    detail = published->results.front().detail;
    return published->results.front().status;
}

struct AnswerWriter {
    JsonObject& to;
    Ask ask;

    Errc operator()(const engine::Nothing&) const { return Errc::ok; }
    Errc operator()(const engine::SendResults& answer) const {
        if (ask == Ask::send) return describe(to, answer.results.front()), Errc::ok;
        append_results(to.field("results"), answer.results, [](auto& entry, const auto& one) { describe(entry, one); });
        return Errc::ok;
    }
    Errc operator()(const engine::PublishResults& answer) const {
        if (ask == Ask::publish)
            describe(to, answer.results.front());
        else
            append_results(to.field("results"), answer.results,
                           [](auto& entry, const auto& one) { describe(entry, one); });
        if (!answer.epoch.empty()) to.add("epoch", answer.epoch);
        return Errc::ok;
    }
    Errc operator()(const engine::EntryResults& answer) const {
        append_results(to.field("results"), answer.results, [](JsonObject& entry, Errc status) {
            if (status != Errc::ok) append_error(entry.field("error"), status);
        });
        return Errc::ok;
    }
    Errc operator()(const engine::AppendResults& answer) const {
        to.add("base_offset", answer.results.front().base_offset);
        to.add("end_offset", answer.results.front().end_offset);
        return Errc::ok;
    }
    Errc operator()(const auto&) const { return Errc::unknown_request; }
};

void add_attribute(JsonObject& to, std::string_view name, std::string_view type, std::string_view value) {
    JsonObject attribute(to.field_named(name));
    attribute.add("type", type);
    if (type.starts_with("Binary"))
        append_base64_field(attribute, value);
    else
        add_text(attribute, value, "value");
    attribute.close();
}

/// False when the stored message cannot be read.
bool append_message(std::string& to, const engine::ReceivedMessage& message) {
    const auto record = engine::decode_message(message.record);
    if (!record) return false;
    JsonObject object(to);
    object.add("id", engine::text_of(record->id));
    object.add("handle", message.receipt_handle);
    add_text(object, record->body, "body");
    const auto attributes = engine::decode_attributes(record->attributes);
    if (!attributes.empty()) {
        JsonObject all(object.field("attributes"));
        for (const auto& [name, type, value] : attributes) add_attribute(all, name, type, value);
        all.close();
    }
    object.add("sent_at", record->sent_at.ms());
    object.add("receive_count", message.receive_count);
    if (message.sequence > 0 && !record->group_id.empty()) object.add("sequence", message.sequence);
    if (!record->group_id.empty()) add_text(object, record->group_id, "group");
    object.close();
    return true;
}

}  // namespace

void add_attributes(JsonObject& to, const std::vector<engine::PublicationAttribute>& attributes) {
    if (attributes.empty()) return;
    JsonObject all(to.field("attributes"));
    for (const auto& [name, type, value] : attributes) add_attribute(all, name, type, value);
    all.close();
}

void JsonWriter::refuse(native::ReplyTo to, Errc status, std::string_view detail) {
    const auto id = id_of(to.request);
    // What cannot be read at all has no id, and is told all the same.
    if (id == 0 && status != Errc::malformed_frame) return;
    JsonObject reply(to.bytes);
    if (id > 0) reply.add("id", id);
    append_error(reply.field("error"), status, detail);
    reply.close();
    to.bytes += '\n';
}

Errc JsonWriter::write(native::ReplyTo to, const engine::Answer& answer) {
    std::string_view detail = answer.detail;
    auto status = answer.status;
    if (status == Errc::ok) status = refusal_of_one(answer.body, ask_of(to.request), detail);
    if (status != Errc::ok) return refuse(to, status, detail), Errc::ok;
    if (const auto* messages = std::get_if<engine::Messages>(&answer.body)) return write(to, *messages);
    return reply(to, [&](JsonObject& body) { return std::visit(AnswerWriter{body, ask_of(to.request)}, answer.body); });
}

void JsonWriter::write(native::ReplyTo to, const native::Welcome& welcome) {
    reply(to, [&](JsonObject& body) {
        body.add("broker", welcome.broker);
        body.add("ping_ms", ping_ms);
        JsonObject limits(body.field("limits"));
        limits.add("message_bytes_max", protocol::frame_bytes_max);
        limits.add("publication_bytes_max", protocol::publication_bytes_max);
        limits.add("requests_in_flight_max", protocol::requests_in_flight_max);
        limits.add("batch_entries_max", protocol::batch_entries_max);
        limits.add("subscriptions_max", protocol::subscriptions_per_session_max);
        limits.close();
        return Errc::ok;
    });
}

Errc JsonWriter::write(native::ReplyTo to, const engine::Messages& messages) {
    return reply(to, [&](JsonObject& body) {
        auto& text = body.field("messages");
        text += '[';
        for (const auto& message : messages.messages) {
            if (text.back() != '[') text += ',';
            if (!append_message(text, message)) return Errc::storage_damaged;
        }
        text += ']';
        return Errc::ok;
    });
}

}  // namespace tern::websocket
