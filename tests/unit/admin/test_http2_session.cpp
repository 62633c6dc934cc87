#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/admin/http2_fixture.hpp"

namespace tern::admin {

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

TEST_CASE("bodies of all connections together are bounded, and what is held is given back") {
    runtime::BytesBudget budget(50'000);
    const Http2Session::Moment now{1000h};
    {
        Http2TestClient client;
        Http2Session session(now, {}, {}, {}, &budget);
        const auto first = client.request(Http2TestClient::post("/"), std::string(30'000, 'x'), true);
        session.receive(client.take_output(), now);
        CHECK_EQ(budget.bytes(), 30'000);
        const auto second = client.request(Http2TestClient::post("/"), std::string(30'000, 'x'), true);
        session.receive(client.take_output(), now);
        client.receive(session.take_output());
        CHECK_EQ(client.answers[second].error_code, NGHTTP2_ENHANCE_YOUR_CALM);
        CHECK_FALSE(client.answers[first].closed);
        CHECK_EQ(budget.bytes(), 30'000);
    }
    CHECK_EQ(budget.bytes(), 0);
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
