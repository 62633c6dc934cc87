#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/base64.hpp"
#include "broker/engine/publication.hpp"
#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/websocket/json_ask.hpp"
#include "broker/frontends/websocket/json_object.hpp"

/// What answers and pushes in JSON have in common.
namespace tern::websocket {

// An answer of the longest messages, with room for base64.
inline constexpr std::size_t line_bytes_max = 64u << 20;

/// One line: what `fill` says goes into the object under `name`. When it fails, or the line gets too long, nothing was
/// written.
template <class Fill>
Errc write_line(std::string& to, std::uint64_t id, std::string_view name, Fill fill) {
    const auto before = to.size();
    JsonObject line(to);
    if (id > 0) line.add("id", id);
    JsonObject body(line.field(name));
    auto status = fill(body);
    body.close();
    line.close();
    to += '\n';
    if (status == Errc::ok && to.size() - before > line_bytes_max) status = Errc::answer_too_large;
    if (status != Errc::ok) to.resize(before);
    return status;
}

/// The answer to a request; nothing when it has no id.
template <class Fill>
Errc reply(native::ReplyTo to, Fill fill) {
    const auto id = id_of(to.request);
    return id == 0 ? Errc::ok : write_line(to.bytes, id, name_of(ask_of(to.request)), fill);
}

/// A push to the subscription that the request made.
template <class Fill>
Errc push(native::ReplyTo to, std::string_view name, Fill fill) {
    return write_line(to.bytes, 0, name, [&](JsonObject& body) {
        body.add("sub", id_of(to.request));
        return fill(body);
    });
}

inline void append_base64_field(JsonObject& to, std::string_view bytes) {
    auto& text = to.field("base64");
    text += '"';
    append_base64(text, bytes);
    text += '"';
}

/// The field `attributes`, unless there are none.
void add_attributes(JsonObject& to, const std::vector<engine::PublicationAttribute>& attributes);

}  // namespace tern::websocket
