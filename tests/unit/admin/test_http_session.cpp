#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/admin/http_session.hpp"

namespace tern::admin {
namespace {

using namespace std::chrono_literals;
using Moment = HttpSession::Moment;

/// A session whose pages say what they were asked, at a time that moves by hand.
struct SessionFixture {
    HttpResponse answer(const HttpRequest& request) {
        asked.push_back(request);
        return {200, "text/plain", request.method + " " + request.path + " " + request.body};
    }
    void receive(std::string_view bytes) { session.receive(bytes, now); }
    std::string output() {
        const std::string output(session.output());
        session.written(output.size(), now);
        return output;
    }
    std::size_t answers_in(const std::string& output) {
        std::size_t count = 0;
        for (auto at = output.find("HTTP/1.1 200 OK"); at != std::string::npos;
             at = output.find("HTTP/1.1 200 OK", at + 1)) {
            ++count;
        }
        return count;
    }

    Moment now{1000s};
    std::vector<HttpRequest> asked;
    HttpSession session{[this](const HttpRequest& request) { return answer(request); }, now};
};

const std::string get = "GET /a?b HTTP/1.1\r\nHost: h:1\r\n\r\n";

}  // namespace

TEST_CASE_FIXTURE(SessionFixture, "a request is answered and the connection stays") {
    receive(get);

    REQUIRE_EQ(asked.size(), 1);
    CHECK_EQ(asked[0].path, "/a");
    CHECK_EQ(asked[0].query, "b");
    CHECK_EQ(asked[0].host, "h");
    const auto answer = output();
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK_NE(answer.find("Content-Length: 7\r\n"), std::string::npos);
    CHECK(answer.ends_with("\r\n\r\nGET /a "));
    CHECK_EQ(answer.find("Connection:"), std::string::npos);
    CHECK(session.wants_bytes());
}

TEST_CASE_FIXTURE(SessionFixture, "requests that come together are answered in order") {
    receive(get + get + "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi" + get.substr(0, 10));

    CHECK_EQ(asked.size(), 3);
    CHECK_EQ(asked[2].body, "hi");
    CHECK_EQ(answers_in(output()), 3);
    receive(get.substr(10));
    CHECK_EQ(answers_in(output()), 1);
}

TEST_CASE_FIXTURE(SessionFixture, "a request may come byte by byte") {
    for (const char c : get) receive({&c, 1});

    CHECK_EQ(answers_in(output()), 1);
}

TEST_CASE_FIXTURE(SessionFixture, "the answer to HEAD has the same header and no body") {
    receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");

    const auto answer = output();
    CHECK_NE(answer.find("Content-Length: 8\r\n"), std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE_FIXTURE(SessionFixture, "who waits for permission to send a body gets it, and who does not is not told") {
    const std::string header = "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    receive(header);
    CHECK_EQ(output(), "HTTP/1.1 100 Continue\r\n\r\n");
    receive("hi");
    CHECK_EQ(asked.at(0).body, "hi");
    CHECK(output().starts_with("HTTP/1.1 200 OK"));

    receive(header + "hi");
    CHECK(output().starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE_FIXTURE(SessionFixture, "after a framing error nothing more is read, and the connection ends") {
    receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get);

    const auto answer = output();
    CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK_NE(answer.find("Connection: close\r\n"), std::string::npos);
    CHECK(asked.empty());
    CHECK(session.ending());
    CHECK_FALSE(session.wants_bytes());
    receive(get);
    CHECK(asked.empty());
    CHECK(session.output().empty());
}

TEST_CASE_FIXTURE(SessionFixture, "requests before a framing error are answered") {
    receive(get + "nonsense\r\n\r\n");

    const auto answers = output();
    CHECK_EQ(answers_in(answers), 1);
    CHECK_NE(answers.find("HTTP/1.1 400"), std::string::npos);
}

TEST_CASE_FIXTURE(SessionFixture, "Connection: close is honoured, and what follows is not looked at") {
    receive("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + get);

    CHECK_EQ(asked.size(), 1);
    CHECK_NE(output().find("Connection: close\r\n"), std::string::npos);
    CHECK(session.ending());
}

TEST_CASE_FIXTURE(SessionFixture, "a peer that does not read its answers is read no further") {
    const std::string page(300'000, 'x');
    HttpSession session([&](const HttpRequest&) { return HttpResponse{200, "text/plain", page}; }, now);
    std::string many;
    for (int i = 0; i < 10; ++i) many += get;

    session.receive(many, now);
    CHECK_FALSE(session.wants_bytes());
    CHECK_EQ(session.requests(), 4);
    session.written(session.output().size(), now);
    CHECK_EQ(session.requests(), 8);
    session.written(session.output().size(), now);
    CHECK_EQ(session.requests(), 10);
    CHECK(session.wants_bytes());
}

TEST_CASE_FIXTURE(SessionFixture, "a header has ten seconds in all, however it drips") {
    CHECK_EQ(session.deadline(), now + 10s);
    const auto start = now;
    for (const char c : get.substr(0, 9)) {
        now += 1s;
        receive({&c, 1});
    }
    CHECK_EQ(session.deadline(), start + 10s);
}

TEST_CASE_FIXTURE(SessionFixture, "between requests there is a minute, and then a header has ten seconds again") {
    receive(get);
    output();
    CHECK_EQ(session.deadline(), now + 60s);

    now += 50s;
    receive("GET");
    CHECK_EQ(session.deadline(), now + 10s);
}

TEST_CASE_FIXTURE(SessionFixture, "a body has five seconds and one more for each KiB") {
    receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n");
    const auto start = now;
    CHECK_EQ(session.deadline(), start + 5s);

    now += 4s;
    receive(std::string(3 * 1024, 'x'));
    CHECK_EQ(session.deadline(), start + 8s);
}

TEST_CASE_FIXTURE(SessionFixture, "a peer that reads nothing for half a minute is given up") {
    receive(get);
    CHECK_EQ(session.deadline(), now + 30s);

    now += 20s;
    session.written(1, now);
    CHECK_EQ(session.deadline(), now + 30s);
}

TEST_CASE_FIXTURE(SessionFixture, "after the last answer the peer has a moment to hang up") {
    receive("nonsense\r\n\r\n");
    now += 1s;
    output();

    CHECK_EQ(session.deadline(), now + 2s);
}

TEST_CASE("the bodies of all sessions together are bounded, and what is over gives its bytes back") {
    runtime::BytesBudget budget(1000);
    std::size_t answered = 0;
    const auto answer = [&](const HttpRequest&) {
        ++answered;
        return HttpResponse{};
    };
    const Moment now{1000s};
    const std::string header = "POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 600\r\n\r\n";
    HttpSession first(answer, now, {}, {}, &budget);
    first.receive(header + std::string(599, 'x'), now);
    CHECK_EQ(budget.bytes(), 599);

    {
        HttpSession second(answer, now, {}, {}, &budget);
        second.receive(header + std::string(400, 'x'), now);
        CHECK_FALSE(second.ending());
        second.receive(std::string(200, 'x'), now);
        CHECK(second.ending());
        CHECK_NE(second.output().find("HTTP/1.1 503 "), std::string_view::npos);
        CHECK_EQ(budget.bytes(), 599);

        HttpSession third(answer, now, {}, {}, &budget);
        third.receive(header + "xy", now);
        CHECK_EQ(budget.bytes(), 601);
    }
    first.receive("x", now);

    CHECK_EQ(answered, 1);
    CHECK_EQ(budget.bytes(), 0);
}

}  // namespace tern::admin
