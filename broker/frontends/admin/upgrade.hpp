#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/frontends/admin/http_message.hpp"

namespace tern::admin {

/// How the messages of a WebSocket are written (protocol/websocket.md).
enum class Subprotocol : bool { json, frames };

/// A request to go on as a WebSocket that was found to be a good one.
struct Upgrade {
    std::string target;
    std::string host;
    std::string key;
    Subprotocol subprotocol = Subprotocol::json;
    /// What to answer with; empty when the client named none.
    std::string_view subprotocol_name;
};

/// Checks all that RFC 6455 section 4.2.1 asks of a client's opening handshake, and chooses the first of the client's
/// subprotocols that is known here. The other outcome is the answer to give: 400, or 426 where another request would
/// do.
std::variant<Upgrade, HttpResponse> judge_upgrade(const HttpRequest& request);

}  // namespace tern::admin
