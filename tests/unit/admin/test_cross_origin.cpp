#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "broker/frontends/admin/cross_origin.hpp"
#include "broker/frontends/admin/http_site.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::admin {
namespace {

using boost::asio::ip::make_address;

HttpRequest preflight_from(std::string origin, std::string path = "/topics/t") {
    HttpRequest request;
    request.method = "OPTIONS";
    request.path = std::move(path);
    request.host = "localhost";
    request.fields = {{"Host", "localhost:4566"},
                      {"Origin", std::move(origin)},
                      {"Access-Control-Request-Method", "POST"},
                      {"Access-Control-Request-Headers", "content-type,x-tern-key"}};
    return request;
}

std::string field_of(const HttpResponse& response, std::string_view name) {
    std::string all;
    for (const auto& [field, value] : response.further_fields)
        if (field == name) all += value + ";";
    return all;
}

/// Takes everything at "/", and answers after one command.
class OtherFrontEnd final : public HttpService {
public:
    bool takes(const HttpRequest& request) const override { return request.path == "/"; }
    HttpStep begin(HttpRequest&&) override {
        auto submission = std::make_unique<Submission>();
        submission->then = [](engine::Answer&&) -> HttpStep { return HttpResponse{}; };
        return submission;
    }
};

struct SiteFixture {
    SiteFixture() : broker(memory, random, log, {}) {}

    HttpStep begin(HttpRequest&& request, std::vector<std::string> allowed = {}) {
        const HttpSite site(AdminPages(broker, make_address("127.0.0.1"), false), std::move(allowed), {&other});
        return site.begin(std::move(request));
    }
    HttpResponse answer(HttpRequest&& request, std::vector<std::string> allowed = {}) {
        return std::get<HttpResponse>(begin(std::move(request), std::move(allowed)));
    }

    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    runtime::LocalBroker broker;
    OtherFrontEnd other;
};

}  // namespace

TEST_CASE("a preflight names an origin and a method") {
    CHECK(is_preflight(preflight_from("http://localhost:3000")));
    for (const auto* const left_out : {"Origin", "Access-Control-Request-Method"}) {
        auto request = preflight_from("http://localhost:3000");
        std::erase_if(request.fields, [&](const auto& field) { return field.name == left_out; });
        CHECK_FALSE(is_preflight(request));
    }
    auto post = preflight_from("http://localhost:3000");
    post.method = "POST";
    CHECK_FALSE(is_preflight(post));
}

TEST_CASE_FIXTURE(SiteFixture, "a page that is let in may send its fields, and no cookies") {
    const auto response = answer(preflight_from("http://localhost:3000"));

    CHECK_EQ(response.status, 200);
    CHECK_EQ(field_of(response, "Access-Control-Allow-Origin"), "http://localhost:3000;");
    CHECK_EQ(field_of(response, "Vary"), "Origin;");
    CHECK_EQ(field_of(response, "Access-Control-Allow-Methods"), "GET, POST;");
    CHECK_EQ(field_of(response, "Access-Control-Allow-Headers"), "content-type,x-tern-key;");
    CHECK_EQ(field_of(response, "Access-Control-Allow-Credentials"), "");
    CHECK_EQ(field_of(response, "Access-Control-Allow-Private-Network"), "");

    auto from_the_network = preflight_from("https://app.example");
    from_the_network.fields.push_back({"Access-Control-Request-Private-Network", "true"});
    CHECK_EQ(
        field_of(answer(std::move(from_the_network), {"https://app.example"}), "Access-Control-Allow-Private-Network"),
        "true;");
}

TEST_CASE_FIXTURE(SiteFixture, "a page that is not let in gets no leave, and nothing to read") {
    for (const auto* const path : {"/topics/t", "/"}) {
        const auto response = answer(preflight_from("https://attacker.example", path));
        CHECK_EQ(response.status, 403);
        CHECK_EQ(field_of(response, "Access-Control-Allow-Origin"), "");
    }
    // By its Host a page of any name could be of "the same host" where Host is not judged.
    auto rebound = preflight_from("http://attacker.example:4566", "/");
    rebound.fields[0].value = "attacker.example:4566";
    CHECK_EQ(answer(std::move(rebound)).status, 403);
}

TEST_CASE_FIXTURE(SiteFixture, "what a page may ask it may read, at once and after commands") {
    auto request = preflight_from("https://app.example");
    request.method = "GET";
    const auto refusal = answer(std::move(request), {"*"});
    CHECK_EQ(refusal.status, 405);
    CHECK_EQ(field_of(refusal, "Access-Control-Allow-Origin"), "https://app.example;");

    request = preflight_from("https://app.example", "/");
    request.method = "POST";
    auto step = begin(std::move(request), {"*"});
    const auto& submission = std::get<std::unique_ptr<Submission>>(step);
    const auto response = std::get<HttpResponse>(submission->then({}));
    CHECK_EQ(field_of(response, "Access-Control-Allow-Origin"), "https://app.example;");
    CHECK_NE(field_of(response, "Access-Control-Expose-Headers").find("x-amzn-RequestId"), std::string::npos);
}

TEST_CASE_FIXTURE(SiteFixture, "who is no browser hears nothing of it, and pages of the broker's are nobody else's") {
    auto request = preflight_from("", "/");
    request.method = "POST";
    std::erase_if(request.fields, [](const auto& field) { return field.name == "Origin"; });
    auto step = begin(std::move(request));
    const auto response = std::get<HttpResponse>(std::get<std::unique_ptr<Submission>>(step)->then({}));
    CHECK(response.further_fields.empty());

    request = preflight_from("http://localhost:3000", "/health");
    request.method = "GET";
    CHECK_EQ(field_of(answer(std::move(request)), "Access-Control-Allow-Origin"), "");
}

}  // namespace tern::admin
