#include "broker/engine/publication_record.hpp"
#include "broker/frontends/websocket/json_reply.hpp"
#include "broker/frontends/websocket/json_writer.hpp"

namespace tern::websocket {

namespace {

void add_publication(JsonObject& to, const native::PushedPublication& pushed) {
    const auto& publication = *pushed.publication;
    to.add("subject", publication.subject);
    if (pushed.offset) to.add("offset", *pushed.offset);
    to.add("time", pushed.published_at.ms());
    to.add("id", engine::text_of(pushed.id));
    add_data(to, publication.data, "text");
    add_attributes(to, publication.attributes);
    if (pushed.retained) to.add("retained", true);
    if (pushed.handle.empty()) return;
    to.add("handle", pushed.handle);
    to.add("delivery", pushed.delivery);
}

void append_members(std::string& to, const std::vector<runtime::PresenceMember>& members) {
    to += '[';
    for (const auto& member : members) {
        if (to.back() != '[') to += ',';
        JsonObject object(to);
        object.add("member", member.member);
        if (!member.state.empty()) append_value(object.field("state"), member.state);
        object.add("connections", member.connections);
        object.add("joined_at", member.joined_at.ms());
        object.close();
    }
    to += ']';
}

void append_names(std::string& to, const std::vector<std::string>& names) {
    to += '[';
    for (const auto& name : names) {
        if (to.back() != '[') to += ',';
        append_json_string(to, name);
    }
    to += ']';
}

}  // namespace

Errc JsonWriter::write(native::ReplyTo to, const native::Subscribed& subscribed) {
    return reply(to, [&](JsonObject& body) {
        body.add("sub", id_of(to.request));
        body.add("topic", subscribed.topic);
        body.add("epoch", subscribed.epoch);
        body.add("offset", subscribed.offset);
        body.add("recovered", subscribed.recovered);
        if (subscribed.members) append_members(body.field("members"), *subscribed.members);
        return Errc::ok;
    });
}

Errc JsonWriter::write(native::ReplyTo to, std::span<const native::PushedPublication> publications) {
    for (const auto& publication : publications) {
        const auto status = push(to, "pub", [&](JsonObject& body) {
            add_publication(body, publication);
            return Errc::ok;
        });
        if (status != Errc::ok) return status;
    }
    return Errc::ok;
}

Errc JsonWriter::write(native::ReplyTo to, const native::PublicationGap& gap) {
    return push(to, "gap", [&](JsonObject& body) {
        body.add("epoch", gap.epoch);
        body.add("from", gap.from_offset);
        body.add("to", gap.to_offset);
        body.add("dropped", gap.dropped);
        return Errc::ok;
    });
}

Errc JsonWriter::write(native::ReplyTo to, const runtime::PresenceChange& change) {
    return push(to, "presence", [&](JsonObject& body) {
        append_members(body.field("joined"), change.joined);
        append_names(body.field("left"), change.left);
        append_members(body.field("updated"), change.updated);
        return Errc::ok;
    });
}

Errc JsonWriter::write(native::ReplyTo to, const native::SubscriptionEnded& ended) {
    return push(to, "ended", [&](JsonObject& body) {
        body.add("code", static_cast<int>(ended.status));
        body.add("name", protocol::name_of(ended.status));
        body.add("message", native::message_of(ended.status, ended.detail));
        return Errc::ok;
    });
}

Errc JsonWriter::write(native::ReplyTo to, const native::PresenceReport& report) {
    return reply(to, [&](JsonObject& body) {
        append_members(body.field("members"), report.members);
        body.add("count", report.count);
        return Errc::ok;
    });
}

Errc JsonWriter::write(native::ReplyTo to, const native::History& history) {
    return reply(to, [&](JsonObject& body) {
        auto& text = body.field("publications");
        text += '[';
        for (const auto& publication : history.publications) {
            if (text.back() != '[') text += ',';
            JsonObject object(text);
            add_publication(object, publication);
            object.close();
        }
        text += ']';
        body.add("epoch", history.epoch);
        body.add("start_offset", history.start_offset);
        body.add("end_offset", history.end_offset);
        body.add("next_offset", history.next_offset);
        body.add("more", history.more);
        return Errc::ok;
    });
}

}  // namespace tern::websocket
