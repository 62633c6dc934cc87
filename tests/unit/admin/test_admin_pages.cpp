#include <doctest/doctest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "broker/frontends/admin/http_site.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::admin {
namespace {

using boost::asio::ip::make_address;

/// The pages of a broker whose commit loop runs on the test's own thread.
struct PagesFixture {
    PagesFixture() : broker(memory, random, log, {}) {}

    HttpResponse get(const std::string& path, const std::string& host = "127.0.0.1", const std::string& method = "GET",
                     bool any_host = false) {
        const HttpSite site(AdminPages(broker, make_address("192.0.2.7"), any_host), {});
        HttpRequest request;
        request.method = method;
        request.path = path;
        request.host = host;
        return std::get<HttpResponse>(site.begin(std::move(request)));
    }
    /// Of a session that does not care for the answer.
    void execute(engine::Command&& command) {
        REQUIRE(broker.submit({0, 1, 1}, std::move(command), nullptr, 0).has_value());
    }
    /// Runs what was submitted and ends the broker's threads; its pages can still be asked.
    void run() {
        broker.start();
        broker.stop();
    }

    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    runtime::LocalBroker broker;
};

store::Space space_that_is(store::SpaceState state) {
    store::Space space;
    space.state = state;
    space.disk_free_bytes = 12345;
    return space;
}

}  // namespace

TEST_CASE_FIXTURE(PagesFixture, "health says ok, and what is wrong with the storage") {
    const auto health = get("/health");
    CHECK_EQ(health.status, 200);
    CHECK_EQ(health.content_type, "application/json");
    CHECK_NE(health.body.find(R"("status":"ok","version":")" TERN_VERSION R"(")"), std::string::npos);

    memory.set_space(space_that_is(store::SpaceState::low));
    run();
    CHECK_EQ(get("/health").status, 200);
    CHECK_NE(get("/health").body.find(R"("status":"storage_low")"), std::string::npos);
    CHECK_NE(get("/health").body.find(R"("disk_free_bytes":12345)"), std::string::npos);
}

TEST_CASE_FIXTURE(PagesFixture, "where services are alone, the one thing beside them is health") {
    const HttpSite site(AdminPages(broker, make_address("192.0.2.7"), false), {}, {}, true);
    const auto status_of = [&](const std::string& path, const std::string& method) {
        HttpRequest request;
        request.method = method;
        request.path = path;
        request.host = "localhost";
        return std::get<HttpResponse>(site.begin(std::move(request))).status;
    };
    CHECK_EQ(status_of("/health", "GET"), 200);
    for (const auto* const path : {"/metrics", "/", "/chat", "/ws", "/topics/t", "/health/"}) {
        CHECK_EQ(status_of(path, "GET"), 404);
        CHECK_EQ(status_of(path, "POST"), 404);
    }
}

TEST_CASE_FIXTURE(PagesFixture, "a broker that can write nothing is not healthy") {
    memory.set_space(space_that_is(store::SpaceState::exhausted));
    run();

    CHECK_EQ(get("/health").status, 503);
    CHECK_NE(get("/health").body.find(R"("status":"storage_exhausted")"), std::string::npos);
}

TEST_CASE_FIXTURE(PagesFixture, "what is not there is 404, and what cannot be done is 405 with what can") {
    CHECK_EQ(get("/").status, 200);
    CHECK_EQ(get("/nothing").status, 404);
    CHECK_EQ(get("/health/").status, 404);
    for (const auto* const method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
        const auto refusal = get("/metrics", "localhost", method);
        CHECK_EQ(refusal.status, 405);
        REQUIRE_EQ(refusal.further_fields.size(), 1);
        CHECK_EQ(refusal.further_fields[0].first, "Allow");
        CHECK_EQ(refusal.further_fields[0].second, "GET, HEAD");
    }
    CHECK_EQ(get("/health", "localhost", "HEAD").status, 200);
}

TEST_CASE_FIXTURE(PagesFixture, "only names of this machine are served, so that no web page can read along") {
    for (const auto* const host : {"127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "[::1]", "192.0.2.7", ""}) {
        CAPTURE(host);
        CHECK_EQ(get("/", host).status, 200);
    }
    for (const auto* const host :
         {"attacker.example", "192.0.2.8", "localhost.attacker.example", "[2001:db8::1]", "0.0.0.0", "tern"}) {
        CAPTURE(host);
        CHECK_EQ(get("/", host).status, 403);
        CHECK_EQ(get("/chat", host).status, 403);
        CHECK_EQ(get("/", host, "GET", true).status, 200);
    }
}

TEST_CASE_FIXTURE(PagesFixture,
                  "who watches may also come by a container's name, an address, or a name that is allowed") {
    const HttpSite site(AdminPages(broker, make_address("192.0.2.7"), false, {"*.internal.example"}), {});
    const auto status_of = [&](const std::string& path, const std::string& host) {
        HttpRequest request;
        request.method = "GET";
        request.path = path;
        request.host = host;
        return std::get<HttpResponse>(site.begin(std::move(request))).status;
    };
    for (const auto* const path : {"/health", "/metrics"}) {
        CAPTURE(path);
        for (const auto* const host : {"tern", "192.0.2.8", "[2001:db8::1]", "tern.internal.example"})
            CHECK_EQ(status_of(path, host), 200);
        for (const auto* const host : {"attacker.example", "localhost.attacker.example", "internal.example"})
            CHECK_EQ(status_of(path, host), 403);
    }
}

TEST_CASE_FIXTURE(PagesFixture,
                  "metrics are in the format of Prometheus: each family once, with help and type, each line whole") {
    execute(engine::CreateQueue{{"", "orders"}, {}, {}});
    run();
    const auto page = get("/metrics");
    CHECK_EQ(page.status, 200);
    CHECK_EQ(page.content_type, "text/plain; version=0.0.4; charset=utf-8");

    const std::regex sample(R"(([a-z_]+)(\{[a-z_]+="[^"]*"\})? -?[0-9.e+-]+)");
    std::set<std::string> families;
    std::set<std::string> series;
    std::string family;
    std::istringstream lines(page.body);
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        std::smatch match;
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            CHECK(families.insert(family).second);
        } else if (line.starts_with("# TYPE ")) {
            CHECK(line.starts_with("# TYPE " + family + " "));
        } else {
            REQUIRE(std::regex_match(line, match, sample));
            CHECK(match[1].str().starts_with(family));
            CHECK(series.insert(match[1].str() + match[2].str()).second);
        }
    }
    CHECK_GT(families.size(), 30);
    CHECK(page.body.ends_with("\n"));
}

TEST_CASE_FIXTURE(PagesFixture, "metrics tell what was done and what each queue holds") {
    execute(engine::CreateQueue{{"", "orders"}, {}, {}});
    engine::NewMessage message;
    message.body = "a body";
    execute(engine::SendMessages{{"", "orders"}, {message, message}});
    run();
    const auto text = get("/metrics").body;

    for (const auto* const line :
         {"\ntern_commands_total 2\n", "\ntern_messages_sent_total 2\n", "\ntern_queue_visible{queue=\"orders\"} 2\n",
          "\ntern_queue_in_flight{queue=\"orders\"} 0\n", "\ntern_commits_total 1\n", "\ntern_queues 1\n",
          "\ntern_commit_seconds_count 1\n", "\ntern_commit_commands_bucket{le=\"1\"} 0\n",
          "\ntern_commit_commands_bucket{le=\"2\"} 1\n", "\ntern_commit_commands_sum 2\n",
          "\ntern_mailbox_commands 0\n", "\ntern_connections{port=\"native\"} 0\n", "\ntern_storage_state 0\n"}) {
        CAPTURE(line);
        CHECK_NE(text.find(line), std::string::npos);
    }
}

}  // namespace tern::admin
