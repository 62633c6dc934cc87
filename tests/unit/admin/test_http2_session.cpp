#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "broker/frontends/admin/http2_session.hpp"
#include "tests/unit/admin/http2_client.hpp"

namespace tern::admin {
namespace {

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

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
    std::string bytes;
    for (const int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift & 0xFF);
    bytes += static_cast<char>(type);
    bytes += static_cast<char>(flags);
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift & 0xFF);
    return bytes + payload;
}

}  // namespace

TEST_CASE_FIXTURE(Http2Fixture, "a request of HTTP/2 becomes the same as one of HTTP/1.1") {
    auto fields = Http2TestClient::post("/000000000000/jobs?Action=SendMessage");
    fields.emplace_back("x-amz-target", "AmazonSQS.SendMessage");
    const auto stream = client.request(fields, "the body");
    exchange();

    REQUIRE_EQ(requests.size(), 1);
    const auto& request = requests[0].request;
    CHECK_EQ(requests[0].stream, stream);
    CHECK_EQ(request.method, "POST");
    CHECK_EQ(request.path, "/000000000000/jobs");
    CHECK_EQ(request.query, "Action=SendMessage");
    CHECK_EQ(request.host, "localhost");
    CHECK_EQ(request.field("Host"), "localhost:4566");
    CHECK_EQ(request.field("X-Amz-Target"), "AmazonSQS.SendMessage");
    CHECK_EQ(request.body, "the body");

    respond(stream, 200, "the answer");
    const auto& answer = client.answers[stream];
    CHECK_EQ(answer.status, 200);
    CHECK_EQ(answer.body, "the answer");
    CHECK_EQ(answer.fields.at("content-length"), "10");
    CHECK_EQ(answer.fields.at("server"), "tern");
    CHECK(answer.complete);
    CHECK(session.fault().empty());
}

TEST_CASE_FIXTURE(Http2Fixture, "many requests at once, answered in any order") {
    std::vector<std::int32_t> streams;
    for (int i = 0; i < 100; ++i) streams.push_back(client.request(Http2TestClient::get("/" + std::to_string(i))));
    exchange();
    REQUIRE_EQ(requests.size(), 100);

    for (auto i = streams.size(); i-- > 0;) respond(streams[i], 200, std::to_string(i));
    for (std::size_t i = 0; i < streams.size(); ++i) CHECK_EQ(client.answers[streams[i]].body, std::to_string(i));
}

TEST_CASE_FIXTURE(Http2Fixture, "no more streams at once than the limit; the others wait or are refused") {
    for (int i = 0; i < 150; ++i) client.request(Http2TestClient::get("/"));
    exchange();
    CHECK_EQ(requests.size(), 100);
    for (int i = 0; i < 50; ++i) respond(requests[static_cast<std::size_t>(i)].stream, 200, "");
    CHECK_EQ(requests.size(), 150);
}

TEST_CASE_FIXTURE(Http2Fixture, "long bodies and long answers go through bounded windows") {
    const std::string long_body(60'000, 'x');
    const auto stream = client.request(Http2TestClient::post("/"), long_body);
    const std::string longest(16u << 20, 'y');
    const auto publication = client.request(Http2TestClient::post("/topics/chat"), longest);
    exchange();
    REQUIRE_EQ(requests.size(), 2);
    CHECK_EQ(requests[0].request.body, long_body);
    CHECK_EQ(requests[1].request.body, longest);

    respond(stream, 200, longest);
    respond(publication, 200, "");
    CHECK_EQ(client.answers[stream].body, longest);
}

TEST_CASE_FIXTURE(Http2Fixture, "a body that is too long is refused, whether its length is told or not") {
    auto told = Http2TestClient::post("/");
    told.emplace_back("content-length", "65537");
    const auto first = client.request(told, std::string(65'537, 'x'));
    exchange();
    CHECK_EQ(client.answers[first].status, 413);
    CHECK(client.answers[first].complete);

    const auto second = client.request(Http2TestClient::post("/"), std::string(65'537, 'x'));
    exchange();
    CHECK_EQ(client.answers[second].status, 413);
    CHECK(requests.empty());

    client.request(Http2TestClient::get("/after"));
    exchange();
    CHECK_EQ(requests.size(), 1);
}

TEST_CASE("bodies of all streams together are bounded") {
    Http2Limits limits;
    limits.body_bytes_max = 100'000;
    Http2Fixture fixture(limits);
    const auto first = fixture.client.request(Http2TestClient::post("/"), std::string(60'000, 'x'), true);
    fixture.exchange();
    const auto second = fixture.client.request(Http2TestClient::post("/"), std::string(60'000, 'x'), true);
    fixture.exchange();
    CHECK_EQ(fixture.client.answers[second].error_code, NGHTTP2_ENHANCE_YOUR_CALM);
    CHECK_FALSE(fixture.client.answers[first].closed);
    // What was given up makes room.
    fixture.client.request(Http2TestClient::post("/"), std::string(30'000, 'x'));
    fixture.exchange();
    CHECK_EQ(fixture.requests.size(), 1);
}

TEST_CASE("while the peer does not read its answers, no further requests are begun") {
    Http2Limits limits;
    limits.answer_bytes_max = 100'000;
    Http2Fixture fixture(limits);
    // A window that the client does not open again.
    nghttp2_session_set_local_window_size(fixture.client.session, NGHTTP2_FLAG_NONE, 0, 65'535);
    const auto first = fixture.client.request(Http2TestClient::get("/1"));
    fixture.exchange();
    HttpResponse response;
    response.body = std::string(300'000, 'x');
    fixture.session.respond(first, std::move(response), fixture.now);
    fixture.client.request(Http2TestClient::get("/2"));
    fixture.session.receive(fixture.client.take_output(), fixture.now);
    CHECK_FALSE(fixture.session.next_request().has_value());
    CHECK_EQ(fixture.session.deadline(), fixture.now + 30s);

    fixture.exchange();
    CHECK_EQ(fixture.client.answers[first].body.size(), 300'000);
    CHECK_EQ(fixture.requests.size(), 2);
}

TEST_CASE_FIXTURE(Http2Fixture, "a stream that is given up is told, and its answer dropped") {
    const auto stream = client.request(Http2TestClient::get("/"));
    exchange();
    client.reset(stream);
    exchange();
    CHECK_EQ(session.take_given_up(), std::vector<std::int32_t>{stream});
    respond(stream, 200, "too late");
    CHECK_EQ(client.answers[stream].body, "");
    CHECK(session.fault().empty());
}

TEST_CASE_FIXTURE(Http2Fixture, "opening and dropping streams all the time ends the connection") {
    for (int i = 0; i < 250 && !client.goaway; ++i) {
        const auto stream = client.request(Http2TestClient::get("/"));
        exchange();
        client.reset(stream);
        exchange();
    }
    CHECK(client.goaway);
    CHECK_EQ(client.goaway_error, NGHTTP2_ENHANCE_YOUR_CALM);
    CHECK(session.ending());
    CHECK_EQ(session.fault(), "too many streams were given up");
}

TEST_CASE_FIXTURE(Http2Fixture, "dropping a stream now and then is no fault") {
    for (int i = 0; i < 1'000; ++i) {
        const auto stream = client.request(Http2TestClient::get("/"));
        exchange();
        client.reset(stream);
        now += 25ms;
        exchange();
    }
    CHECK_FALSE(client.goaway);
}

TEST_CASE_FIXTURE(Http2Fixture, "100 Continue for whoever asks for it, and another expectation is refused") {
    auto fields = Http2TestClient::post("/");
    fields.emplace_back("expect", "100-continue");
    const auto stream = client.request(fields, "body");
    exchange();
    CHECK_EQ(client.answers[stream].interim, std::vector<int>{100});
    CHECK_EQ(requests.size(), 1);
    fields.back().second = "tea";
    const auto other = client.request(fields, "body");
    exchange();
    CHECK_EQ(client.answers[other].status, 417);
}

TEST_CASE_FIXTURE(Http2Fixture, "a HEAD request has no body in its answer, but its length") {
    auto fields = Http2TestClient::get("/");
    fields[0].second = "HEAD";
    const auto stream = client.request(fields);
    exchange();
    respond(stream, 200, "12345");
    CHECK_EQ(client.answers[stream].body, "");
    CHECK_EQ(client.answers[stream].fields.at("content-length"), "5");
    CHECK(client.answers[stream].complete);
}

TEST_CASE_FIXTURE(Http2Fixture, "the answer's fields are in lower case, and those about a connection are left out") {
    const auto stream = client.request(Http2TestClient::get("/"));
    exchange();
    HttpResponse response;
    response.further_fields = {{"X-Amzn-RequestId", "1"}, {"Connection", "Upgrade"}, {"Upgrade", "websocket"}};
    session.respond(stream, std::move(response), now);
    exchange();
    CHECK_EQ(client.answers[stream].fields.at("x-amzn-requestid"), "1");
    CHECK_EQ(client.answers[stream].fields.count("connection"), 0);
    CHECK_EQ(client.answers[stream].fields.count("upgrade"), 0);
}

TEST_CASE_FIXTURE(Http2Fixture, "on shutdown the peer is told, and what it still waits for is answered") {
    const auto stream = client.request(Http2TestClient::get("/"));
    exchange();
    session.shut_down();
    exchange();
    CHECK(client.goaway);
    CHECK_EQ(client.goaway_error, NGHTTP2_NO_ERROR);
    CHECK_FALSE(session.ending());
    respond(stream, 200, "last");
    CHECK_EQ(client.answers[stream].body, "last");
    CHECK(session.ending());
    CHECK(session.fault().empty());
}

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

TEST_CASE_FIXTURE(Http2Fixture, "who is slow is given up: idle, in the header, in the body") {
    CHECK_EQ(session.deadline(), now + 60s);
    now += 30s;
    const auto waiting = client.request(Http2TestClient::get("/"));
    exchange();
    CHECK_EQ(session.deadline(), Http2Session::Moment::max());

    client.request(Http2TestClient::post("/"), std::string(10'240, 'x'), true);
    exchange();
    CHECK_EQ(session.deadline(), now + 5s + 10s);

    session.receive(frame(1, 0, 5, "\x82"), now);
    CHECK_EQ(session.deadline(), now + 10s);
    respond(waiting, 200, "");
    CHECK_EQ(session.deadline(), now + 10s);
}

}  // namespace tern::admin
