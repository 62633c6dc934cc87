#include <doctest/doctest.h>

#include <string>

#include "broker/frontends/admin/http_session.hpp"
#include "broker/frontends/admin/origin.hpp"
#include "broker/frontends/admin/upgrade.hpp"

namespace tern::admin {
namespace {

using namespace std::chrono_literals;

HttpRequest upgrade_request() {
    HttpRequest request;
    request.method = "GET";
    request.path = "/ws";
    request.host = "localhost";
    request.fields = {{"Host", "localhost:4566"},
                      {"Upgrade", "websocket"},
                      {"Connection", "Upgrade"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                      {"Sec-WebSocket-Version", "13"}};
    return request;
}

void set_field(HttpRequest& request, std::string_view name, std::string value) {
    for (auto& field : request.fields) {
        if (field.name == name) field.value = value;
    }
    if (!request.field(name)) request.fields.push_back({std::string(name), std::move(value)});
}

int refusal_status(const HttpRequest& request) {
    const auto verdict = judge_upgrade(request);
    const auto* refusal = std::get_if<HttpResponse>(&verdict);
    return refusal ? refusal->status : 101;
}

Upgrade upgrade_with_protocols(std::string protocols) {
    auto request = upgrade_request();
    set_field(request, "Sec-WebSocket-Protocol", std::move(protocols));
    const auto verdict = judge_upgrade(request);
    REQUIRE(std::holds_alternative<Upgrade>(verdict));
    return std::get<Upgrade>(verdict);
}

bool origin_is_let_in(std::string origin, const std::vector<std::string>& allowed = {}) {
    auto request = upgrade_request();
    set_field(request, "Origin", std::move(origin));
    set_field(request, "Host", "tern.example:4566");
    return is_known_origin_or_ours(request, allowed);
}

}  // namespace

TEST_CASE("a good handshake gives what is needed to answer it") {
    const auto verdict = judge_upgrade(upgrade_request());

    REQUIRE(std::holds_alternative<Upgrade>(verdict));
    const auto& upgrade = std::get<Upgrade>(verdict);
    CHECK_EQ(upgrade.key, "dGhlIHNhbXBsZSBub25jZQ==");
    CHECK_EQ(upgrade.target, "/ws");
    CHECK_EQ(upgrade.host, "localhost:4566");
    CHECK_EQ(upgrade.subprotocol, Subprotocol::json);
    CHECK(upgrade.subprotocol_name.empty());
}

TEST_CASE("each part of a handshake is checked") {
    struct Case {
        const char* field;
        const char* value;
        int status;
    };
    const Case cases[] = {{"Upgrade", "h2c", 426},
                          {"Upgrade", "h2c, WEBSOCKET", 101},
                          {"Connection", "close", 400},
                          {"Connection", "keep-alive, upgrade", 101},
                          {"Sec-WebSocket-Version", "12", 426},
                          {"Sec-WebSocket-Version", "013", 426},
                          {"Sec-WebSocket-Key", "", 400},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", 400},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZR==", 400},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", 400},
                          {"Sec-WebSocket-Protocol", "soap", 400}};
    for (const auto& [field, value, status] : cases) {
        CAPTURE(field);
        CAPTURE(value);
        auto request = upgrade_request();
        set_field(request, field, value);
        CHECK_EQ(refusal_status(request), status);
    }
    for (std::size_t i = 1; i < upgrade_request().fields.size(); ++i) {
        auto request = upgrade_request();
        request.fields.erase(request.fields.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK_NE(refusal_status(request), 101);
    }
    auto old = upgrade_request();
    old.minor_version = 0;
    CHECK_EQ(refusal_status(old), 400);
    auto post = upgrade_request();
    post.method = "POST";
    CHECK_EQ(refusal_status(post), 400);
}

TEST_CASE("the client's first known subprotocol is chosen") {
    CHECK_EQ(upgrade_with_protocols("tern.fbs.v1, tern.json.v1").subprotocol, Subprotocol::frames);
    CHECK_EQ(upgrade_with_protocols("soap,tern.json.v1").subprotocol_name, "tern.json.v1");
}

TEST_CASE("pages of this machine, of the same host and those allowed are let in") {
    CHECK(is_known_origin_or_ours(upgrade_request(), {}));
    for (const std::string origin : {"http://localhost", "https://LOCALHOST:1", "http://127.0.0.2:3000", "http://[::1]",
                                     "http://tern.example:4566", "https://Tern.Example:4566"}) {
        CAPTURE(origin);
        CHECK(origin_is_let_in(origin));
    }
    for (const std::string origin :
         {"", "null", "http://", "http://tern.example", "http://evil.example", "http://localhost.evil.example",
          "file://localhost", "http://localhost@evil.example", "http://[::1", "http://127.0.0.1/x"}) {
        CAPTURE(origin);
        CHECK_FALSE(origin_is_let_in(origin));
    }
    CHECK(origin_is_let_in("https://app.example", {"https://app.example"}));
    CHECK_FALSE(origin_is_let_in("http://app.example", {"https://app.example"}));
    CHECK(origin_is_let_in("https://app.example", {"*"}));
}

TEST_CASE("a page is of a known origin by its own address, not by what the request says of the host") {
    auto request = upgrade_request();
    set_field(request, "Origin", "http://tern.example:4566");
    set_field(request, "Host", "tern.example:4566");
    CHECK(is_known_origin_or_ours(request, {}));
    CHECK_FALSE(is_known_origin(request, {}));
    CHECK(is_known_origin(request, {"http://tern.example:4566"}));
    set_field(request, "Origin", "http://localhost:3000");
    CHECK(is_known_origin(request, {}));
}

TEST_CASE("a second Origin is one too many") {
    auto request = upgrade_request();
    request.fields.push_back({"Origin", "http://localhost"});
    request.fields.push_back({"Origin", "http://localhost"});

    CHECK_FALSE(is_known_origin_or_ours(request, {}));
    CHECK_FALSE(is_known_origin(request, {}));
}

TEST_CASE("a session stops at a request that switches the protocol") {
    const HttpSession::Moment now{1000s};
    HttpSession session(
        [](HttpRequest&& request) -> HttpOutcome {
            if (request.path == "/ws") return SwitchesProtocol{};
            return HttpResponse{};
        },
        now);
    session.receive("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /ws HTTP/1.1\r\nHost: h\r\n\r\nframes", now);

    CHECK(session.switched());
    CHECK_FALSE(session.wants_bytes());
    CHECK_FALSE(session.ending());
    CHECK(session.output().starts_with("HTTP/1.1 200 OK"));
    CHECK_EQ(session.take_rest(), "frames");
}

TEST_CASE("a session waits for an answer, and keeps the order") {
    const HttpSession::Moment now{1000s};
    HttpSession session(
        [](HttpRequest&& request) -> HttpOutcome {
            if (request.path == "/later") return AnsweredLater{};
            return HttpResponse{200, "text/plain", "at once"};
        },
        now);
    session.receive("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /now HTTP/1.1\r\nHost: h\r\n\r\n", now);

    CHECK(session.waiting());
    CHECK(session.output().empty());
    CHECK_FALSE(session.wants_bytes());
    session.respond({200, "text/plain", "later"}, now);
    const std::string output(session.output());
    CHECK_LT(output.find("later"), output.find("at once"));
    CHECK_FALSE(session.waiting());
    CHECK(session.wants_bytes());
}

}  // namespace tern::admin
