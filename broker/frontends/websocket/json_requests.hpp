#pragma once

#include <cstdint>
#include <string_view>

#include "broker/base/time.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/frontends/websocket/json_ask.hpp"
#include "broker/frontends/websocket/json_fields.hpp"

/// What each command of the JSON protocol asks for (protocol/websocket.md). The text is UTF-8.
namespace tern::websocket {

/// What is asked, and what the views in it point into. `ask` may become one that is answered differently.
struct JsonDemand {
    native::Demand demand = native::Refusal{};
    std::unique_ptr<char[]> bytes{};
    std::size_t size = 0;
};

// ---- topics

JsonDemand read_publish(json::Reader& reader, Ask& ask);
JsonDemand read_subscribe(json::Reader& reader);
JsonDemand read_unsubscribe(json::Reader& reader);
JsonDemand read_ack(json::Reader& reader);
JsonDemand read_reject(json::Reader& reader);
JsonDemand read_history(json::Reader& reader);
JsonDemand read_presence(json::Reader& reader);
JsonDemand read_state(json::Reader& reader);

// ---- queues

JsonDemand read_send(json::Reader& reader, std::size_t text_bytes, Ask& ask);
JsonDemand read_receive(json::Reader& reader);
JsonDemand read_delete(json::Reader& reader, std::size_t text_bytes);
JsonDemand read_change_visibility(json::Reader& reader, std::size_t text_bytes);

// ---- streams

/// The records' time is `now`.
JsonDemand read_append(json::Reader& reader, Timestamp now);
JsonDemand read_fetch(json::Reader& reader);

// ---- the session

JsonDemand read_connect(json::Reader& reader);
JsonDemand read_ping(json::Reader& reader);

/// Attributes of a message or publication: a name, and a string or an object with type and value.
struct JsonAttribute {
    std::string name;
    std::string type = "String";
    Bytes value;
};
/// Reads the field `attributes` at hand.
void read_attributes(Fields& fields, std::vector<JsonAttribute>& to);

}  // namespace tern::websocket
