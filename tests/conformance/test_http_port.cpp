#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "tests/conformance/broker_process.hpp"

namespace tern::conformance {
namespace {

const std::string good = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::size_t responses_in(const std::string& bytes) {
    const std::string once_in_each = "\r\nServer: tern\r\n";
    std::size_t count = 0;
    for (auto at = bytes.find(once_in_each); at != std::string::npos; at = bytes.find(once_in_each, at + 1)) ++count;
    return count;
}

std::string with_field(const std::string& field) {
    return "POST /health HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n\r\n";
}

/// Each is followed by a second request on the same connection, which must not be answered.
std::vector<std::string> hostile_requests() {
    std::vector<std::string> requests;
    for (const auto* const field : {"Transfer-Encoding: xchunked",
                                    "Transfer-Encoding: identity",
                                    "Transfer-Encoding: chunked, identity",
                                    "Transfer-Encoding: gzip, chunked",
                                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                                    "Transfer-Encoding: chunked\r\nContent-Length: 5",
                                    "Content-Length: 5\r\nTransfer-Encoding: chunked",
                                    "Transfer-Encoding:\vchunked",
                                    "Transfer-Encoding : chunked",
                                    "X: b\r\n Content-Length: 5",
                                    "X: b\r\n\tc",
                                    "Host: b",
                                    "Content-Length: 5, 5",
                                    "Content-Length: 5\r\nContent-Length: 5",
                                    "Content-Length: 5\r\nContent-Length: 6",
                                    "Content-Length: +5",
                                    "Content-Length: 0x5",
                                    "Content-Length: -1",
                                    "Content-Length: 99999999999999999999",
                                    "Content-Length: 1000000",
                                    "Content-Length : 5",
                                    "nonsense",
                                    "X: a\rb",
                                    "X: a\nContent-Length: 5",
                                    "Trailer: X\r\nTransfer-Encoding: chunked",
                                    "Expect: a-miracle",
                                    "Transfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: x",
                                    "Transfer-Encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0",
                                    "Transfer-Encoding: chunked\r\n\r\n5 x\r\nhello\r\n0",
                                    "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0",
                                    "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0",
                                    "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n0"}) {
        requests.push_back(with_field(field));
    }
    requests.push_back(with_field(std::string("X: a\0b", 6)));
    requests.push_back(with_field("X: " + std::string(20'000, 'x')));
    std::string many_fields = "X: y";
    for (int i = 0; i < 100; ++i) many_fields += "\r\nX: y";
    requests.push_back(with_field(many_fields));
    for (const auto* const whole :
         {"GET /health HTTP/1.1\r\n\r\n", "GET /health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "GET /health HTTP/1.9\r\nHost: localhost\r\n\r\n", "GET /health\r\nHost: localhost\r\n\r\n",
          "GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n", "\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /health HTTP/1.1\nHost: localhost\n\n",
          "GET http://elsewhere/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03"}) {
        requests.emplace_back(whole);
    }
    return requests;
}

}  // namespace

TEST_CASE("a hostile request costs one connection: it is answered with an error, nothing behind it is read") {
    BrokerProcess broker;
    RawConnection friendly(broker.http_port);
    for (const auto& request : hostile_requests()) {
        CAPTURE(request);
        RawConnection hostile(broker.http_port);
        hostile.send(request + good);
        const auto answer = hostile.read_to_end();
        CHECK(hostile.closed);
        CHECK_EQ(responses_in(answer), 1);
        CHECK((answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5")));
        CHECK_NE(answer.find("Connection: close\r\n"), std::string::npos);

        REQUIRE(friendly.send(good));
        CHECK(friendly.read_until("}\n").starts_with("HTTP/1.1 200 OK"));
    }
}

TEST_CASE("bytes that speak no protocol cost one connection on either port") {
    BrokerProcess broker;
    for (const auto port : {broker.native_port, broker.http_port}) {
        RawConnection hostile(port);
        hostile.send(std::string(100'000, '\xff'));
        hostile.read_to_end();
        CHECK(hostile.closed);
    }
    RawConnection friendly(broker.http_port);
    REQUIRE(friendly.send(good));
    CHECK(friendly.read_until("}\n").starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("requests may be pipelined, and the connection stays") {
    BrokerProcess broker;
    RawConnection connection(broker.http_port);
    REQUIRE(connection.send(good + "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + good +
                            "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    const auto answers = connection.read_until("/metrics\n");

    CHECK_EQ(responses_in(answers), 4);
    CHECK_FALSE(connection.closed);
}

TEST_CASE("a body is taken whatever its framing, and the next request begins where it ends") {
    BrokerProcess broker;
    RawConnection connection(broker.http_port);
    REQUIRE(connection.send(with_field("Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n" +
                            with_field("Content-Length: 5") + "hello" + good));

    const auto answers = connection.read_until("}\n");

    CHECK_EQ(responses_in(answers), 3);
    CHECK_NE(answers.find("HTTP/1.1 405 Method Not Allowed"), std::string::npos);
    CHECK_NE(answers.find("Allow: GET, HEAD\r\n"), std::string::npos);
}

TEST_CASE("a page that a browser shows cannot reach the port by a name of its own") {
    BrokerProcess broker;
    RawConnection connection(broker.http_port);
    REQUIRE(connection.send("GET /metrics HTTP/1.1\r\nHost: attacker.example:4566\r\n\r\n"));

    CHECK(connection.read_until("\n\r\n").starts_with("HTTP/1.1 403 Forbidden"));
}

TEST_CASE("headers that drip are cut off after ten seconds, and others are served meanwhile") {
    BrokerProcess broker;
    const auto start = std::chrono::steady_clock::now();
    std::vector<RawConnection> dripping;
    for (int i = 0; i < 200; ++i) dripping.emplace_back(broker.http_port);
    RawConnection friendly(broker.http_port);
    double slowest_ms = 0;
    for (std::size_t open = dripping.size(); open > 0;) {
        open = 0;
        const auto asked = std::chrono::steady_clock::now();
        if (!friendly.send(good) || friendly.read_until("}\n").empty()) friendly.closed = true;
        REQUIRE_FALSE(friendly.closed);
        slowest_ms = std::max(
            slowest_ms, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - asked).count());
        for (auto& connection : dripping) {
            if (connection.closed) continue;
            connection.send("X");
            // A look at what has come, which also paces the dripping.
            connection.read_to_end(1);
            if (!connection.closed) ++open;
        }
        REQUIRE_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    }

    CHECK_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds(9));
    CHECK_LT(slowest_ms, 1000);
}

}  // namespace tern::conformance
