#include "broker/frontends/admin/upgrade.hpp"

#include <algorithm>
#include <utility>

#include "broker/frontends/admin/http_text.hpp"

namespace tern::admin {
namespace {

constexpr std::string_view version_known = "13";
constexpr std::pair<std::string_view, Subprotocol> subprotocols_known[] = {{"tern.json.v1", Subprotocol::json},
                                                                           {"tern.fbs.v1", Subprotocol::frames}};

HttpResponse bad_handshake(std::string_view reason) {
    HttpResponse response;
    response.status = 400;
    response.body = std::string(reason) + "\n";
    return response;
}

/// RFC 9110 section 15.5.22, and RFC 6455 section 4.4.
HttpResponse upgrade_required(std::string_view reason) {
    auto response = bad_handshake(reason);
    response.status = 426;
    response.further_fields = {
        {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", std::string(version_known)}};
    return response;
}

/// 16 bytes in base64: 22 characters, of the last of which 4 bits say nothing, and two equals signs.
bool is_key(std::string_view key) {
    constexpr std::size_t characters = 22;
    if (key.size() != characters + 2 || !key.ends_with("==")) return false;
    const auto is_base64 = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
    };
    return std::ranges::all_of(key.substr(0, characters), is_base64) &&
           std::string_view("AQgw").find(key[characters - 1]) != std::string_view::npos;
}

/// False when the client names subprotocols and none of them is known.
bool choose_subprotocol(const HttpRequest& request, Upgrade& upgrade) {
    const auto offered = request.field("Sec-WebSocket-Protocol");
    if (!offered) return true;
    std::string_view rest = *offered;
    for (;;) {
        const auto comma = rest.find(',');
        const auto name = trim_spaces(rest.substr(0, comma));
        for (const auto& [known, subprotocol] : subprotocols_known) {
            if (name != known) continue;
            upgrade.subprotocol = subprotocol;
            upgrade.subprotocol_name = known;
            return true;
        }
        if (comma == std::string_view::npos) return false;
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace

std::variant<Upgrade, HttpResponse> judge_upgrade(const HttpRequest& request) {
    const auto upgrade = request.field("Upgrade");
    if (request.method != "GET") return bad_handshake("a WebSocket begins with GET");
    if (request.minor_version < 1) return bad_handshake("a WebSocket begins with HTTP/1.1");
    if (!upgrade) return upgrade_required("this is for WebSockets");
    if (!list_contains(*upgrade, "websocket")) return upgrade_required("the only upgrade known here is websocket");
    if (!list_contains(request.field("Connection").value_or(""), "upgrade")) {
        return bad_handshake("Connection does not say upgrade");
    }
    if (!request.body.empty()) return bad_handshake("a request for a WebSocket has no body");
    const auto version = request.field("Sec-WebSocket-Version");
    if (!version) return bad_handshake("no Sec-WebSocket-Version");
    if (*version != version_known) return upgrade_required("the only version known here is 13");
    const auto key = request.field("Sec-WebSocket-Key");
    if (!key || !is_key(*key)) return bad_handshake("Sec-WebSocket-Key must be 16 bytes in base64");

    Upgrade result;
    if (!choose_subprotocol(request, result)) {
        return bad_handshake("the subprotocols known here are tern.json.v1 and tern.fbs.v1");
    }
    result.target = request.path;
    result.host = request.field("Host").value_or("");
    result.key = *key;
    return result;
}

}  // namespace tern::admin
