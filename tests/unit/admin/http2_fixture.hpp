#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "broker/frontends/admin/http2_session.hpp"
#include "tests/unit/admin/http2_client.hpp"

namespace tern::admin {

using namespace std::chrono_literals;

struct Http2Fixture {
    explicit Http2Fixture(const Http2Limits& limits = {}, bool checked = true)
        : client(checked),
          session(now, HttpLimits{}, HttpPatience{}, limits) {
        exchange();
    }

    /// Carries bytes to and fro until nobody has anything to say; requests are kept, not answered.
    void exchange() {
        for (bool again = true; again;) {
            again = false;
            if (const auto bytes = client.take_output(); !bytes.empty()) {
                session.receive(bytes, now);
                again = true;
            }
            if (const auto bytes = session.take_output(); !bytes.empty()) {
                session.written(bytes.size(), now);
                client.receive(bytes);
                again = true;
            }
            while (auto request = session.next_request()) {
                requests.push_back(std::move(*request));
                again = true;
            }
        }
    }
    void respond(std::int32_t stream, int status, const std::string& body) {
        HttpResponse response;
        response.status = status;
        response.body = body;
        session.respond(stream, std::move(response), now);
        exchange();
    }

    Http2Session::Moment now{1000h};
    Http2TestClient client;
    Http2Session session;
    std::vector<Http2Session::Request> requests;
};

/// A client that may say what the protocol forbids.
struct UncheckedFixture : Http2Fixture {
    UncheckedFixture() : Http2Fixture({}, false) {}

    Http2TestClient::Answer ask(const Http2TestClient::Fields& fields) {
        const auto stream = client.request(fields);
        exchange();
        return client.answers[stream];
    }
};

inline std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
    std::string bytes;
    for (const int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift & 0xFF);
    bytes += static_cast<char>(type);
    bytes += static_cast<char>(flags);
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift & 0xFF);
    return bytes + payload;
}

}  // namespace tern::admin
