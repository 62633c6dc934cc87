#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/admin/http2_fixture.hpp"

namespace tern::admin {

TEST_CASE_FIXTURE(UncheckedFixture, "what is malformed in HTTP/2 resets its stream and reaches nobody") {
    const auto base = Http2TestClient::get("/");
    const std::vector<Http2TestClient::Fields> wrong = {
        {{":method", "GET"}, {":scheme", "http"}, {":authority", "localhost"}},
        {{":scheme", "http"}, {":authority", "localhost"}, {":path", "/"}},
        {{":method", "GET"}, {":authority", "localhost"}, {":path", "/"}},
        {{":method", "GET"}, {":method", "GET"}, {":scheme", "http"}, {":authority", "localhost"}, {":path", "/"}},
        {{":method", "GET"}, {":scheme", "http"}, {":authority", "localhost"}, {":path", ""}},
        {{":method", "GET"}, {":scheme", "http"}, {"x", "y"}, {":authority", "localhost"}, {":path", "/"}},
    };
    for (const auto& fields : wrong) CHECK_EQ(ask(fields).error_code, NGHTTP2_PROTOCOL_ERROR);
    const std::vector<std::pair<std::string, std::string>> bad_fields = {
        {"connection", "close"},
        {"transfer-encoding", "chunked"},
        {"upgrade", "websocket"},
        {"keep-alive", "1"},
        {"te", "gzip"},
        {":unknown", "x"},
        {"content-length", "5"},
        {"content-length", "x"},
        {"proxy-connection", "x"},
        {"na me", "x"},
        {"x", "a\r\nb: c"},
        {"x", std::string("\0", 1)},
    };
    for (const auto& field : bad_fields) {
        CAPTURE(field.first);
        auto fields = base;
        fields.push_back(field);
        const auto answer = ask(fields);
        CHECK(answer.closed);
        CHECK_EQ(answer.error_code, NGHTTP2_PROTOCOL_ERROR);
    }
    CHECK(requests.empty());
    CHECK_FALSE(session.ending());
}

TEST_CASE_FIXTURE(UncheckedFixture, "what the guard of HTTP/1.1 refuses is refused here with the same status") {
    const auto with = [](const std::string& name, const std::string& value) {
        auto fields = Http2TestClient::get("/");
        for (auto& field : fields) {
            if (field.first == name) {
                field.second = value;
                return fields;
            }
        }
        fields.emplace_back(name, value);
        return fields;
    };
    CHECK_EQ(ask(with("host", "elsewhere")).status, 400);
    CHECK_EQ(ask(with(":authority", "a b")).error_code, NGHTTP2_PROTOCOL_ERROR);
    CHECK_EQ(ask(with(":authority", "user@localhost")).status, 400);
    CHECK_EQ(ask(with(":path", "/a#b")).status, 400);
    CHECK_EQ(ask(with(":path", "/" + std::string(9'000, 'a'))).status, 414);
    CHECK_EQ(ask(with("x", std::string(15'000, 'a'))).status, 0);
    CHECK_EQ(ask(with("trailer", "x")).status, 400);
    CHECK_EQ(ask(with(":scheme", "ftp")).status, 400);
    CHECK_EQ(ask({{":method", "CONNECT"}, {":authority", "localhost:1"}}).status, 501);
    CHECK_EQ(ask({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}).status, 0);
    auto many = Http2TestClient::get("/");
    for (int i = 0; i < 101; ++i) many.emplace_back("x" + std::to_string(i), "");
    CHECK_EQ(ask(many).status, 431);
    CHECK_EQ(requests.size(), 1);
    CHECK_EQ(ask(with("host", "localhost:4566")).status, 0);
    CHECK_EQ(requests.size(), 2);
}

TEST_CASE("bytes that are no HTTP/2 end the session cleanly") {
    const auto settings = frame(4, 0, 0, "");
    const std::vector<std::string> hostile = {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        // No settings first; a frame that is too long; one for a stream that is not open; settings of a wrong length;
        // a window update of zero, one that overflows; headers on an even stream; padding that is longer than the
        // frame; a header block that cannot be decoded; a continuation of nothing; a push; a ping of a wrong length.
        std::string(http2_preface) + frame(6, 0, 0, "12345678"),
        std::string(http2_preface) + settings + std::string("\xFF\xFF\xFF\x00\x00\x00\x00\x00\x01", 9),
        std::string(http2_preface) + settings + frame(0, 0, 1, "data"),
        std::string(http2_preface) + frame(4, 0, 0, "12345"),
        std::string(http2_preface) + settings + frame(8, 0, 0, std::string(4, '\0')),
        std::string(http2_preface) + settings + frame(8, 0, 0, "\x7F\xFF\xFF\xFF"),
        std::string(http2_preface) + settings + frame(1, 5, 2, "\x82"),
        std::string(http2_preface) + settings + frame(1, 0xD, 1, "\xFFx"),
        std::string(http2_preface) + settings + frame(1, 5, 1, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
        std::string(http2_preface) + settings + frame(9, 4, 1, "\x82"),
        std::string(http2_preface) + settings + frame(5, 4, 1, std::string(4, '\0') + "\x82"),
        std::string(http2_preface) + settings + frame(6, 0, 0, "1234567"),
    };
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        CAPTURE(i);
        const Http2Session::Moment now{1000h};
        Http2Session session(now);
        session.take_output();
        session.receive(hostile[i], now);
        const auto output = session.take_output();
        session.written(output.size(), now);
        CHECK(session.ending());
        CHECK_FALSE(session.fault().empty());
        CHECK_FALSE(session.next_request().has_value());
        // Nothing comes of what is sent after that.
        session.receive(std::string(100, 'x'), now);
        CHECK(session.take_output().empty());
    }
}

TEST_CASE("a header block that goes on and on in CONTINUATION frames is not kept") {
    const Http2Session::Moment now{1000h};
    Http2Session session(now);
    session.receive(std::string(http2_preface) + frame(4, 0, 0, ""), now);
    session.receive(frame(1, 1, 1, "\x82"), now);
    for (int i = 0; i < 100'000 && !session.ending(); ++i) {
        session.receive(frame(9, 0, 1, std::string("\x40\x01x\x7F\x00", 5) + std::string(127, 'y')), now);
        const auto output = session.take_output();
        session.written(output.size(), now);
    }
    CHECK(session.ending());
    CHECK_FALSE(session.fault().empty());
}

}  // namespace tern::admin
