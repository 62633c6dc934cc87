#include <doctest/doctest.h>

#include <string>

#include "broker/engine/publication.hpp"
#include "broker/frontends/admin/publish_request.hpp"
#include "broker/frontends/admin/static_files.hpp"

namespace tern::admin {
namespace {

HttpRequest post_request(std::string path, std::string body = "data") {
    HttpRequest request;
    request.method = "POST";
    request.path = std::move(path);
    request.body = std::move(body);
    return request;
}

engine::Publish publish_of(HttpRequest request) {
    auto result = read_publish(std::move(request));
    REQUIRE(std::holds_alternative<engine::Publish>(result));
    return std::get<engine::Publish>(std::move(result));
}

constexpr StaticFile some_files[] = {{"/chat/chat.js", "text/javascript", "\"1\"", "code"},
                                     {"/chat/index.html", "text/html", "\"2\"", "page"}};

std::string rendered(const HttpResponse& response) {
    std::string text;
    render(text, response, Connectedness::keep_alive, true);
    return text;
}

}  // namespace

TEST_CASE("a path is a subject") {
    CHECK_EQ(publish_of(post_request("/topics/chat")).batch->front().subject, "chat");
    CHECK_EQ(publish_of(post_request("/topics/chat/room.42")).batch->front().subject, "chat.room.42");
    CHECK_EQ(publish_of(post_request("/topics/chat/room/42")).batch->front().subject, "chat.room.42");
    CHECK_EQ(publish_of(post_request("/topics/chat.room")).topic.name, "chat");
    CHECK_EQ(publish_of(post_request("/topics/caf%C3%A9")).batch->front().subject, "caf\xC3\xA9");
}

TEST_CASE("fields of the header and the query go into the publication") {
    auto request = post_request("/topics/t", "body");
    request.query = "namespace=a%2Fb&ephemeral=true";
    request.fields = {{"tern-attribute-Colour", "red"}, {"Tern-Key", "k"}, {"TERN-GROUP", "g"}, {"Accept", "*/*"}};

    const auto publish = publish_of(std::move(request));
    CHECK_EQ(publish.topic.namespace_name, "a/b");
    CHECK(publish.ephemeral);
    const auto& publication = publish.batch->front();
    CHECK_EQ(publication.data, "body");
    REQUIRE_EQ(publication.attributes.size(), 1);
    CHECK_EQ(publication.attributes[0].name, "Colour");
    CHECK_EQ(publication.attributes[0].type, "String");
    CHECK_EQ(publication.deduplication_id, "k");
    CHECK_EQ(publication.group_id, "g");
}

TEST_CASE("what is wrong with the path or the query is named") {
    auto request = post_request("/topics/t");
    request.query = "colour=red";
    auto refused = read_publish(std::move(request));
    REQUIRE(std::holds_alternative<HttpResponse>(refused));
    CHECK_EQ(std::get<HttpResponse>(refused).status, 400);
    CHECK_NE(std::get<HttpResponse>(refused).body.find("(colour)"), std::string::npos);

    refused = read_publish(post_request("/topics/%zz"));
    CHECK(std::holds_alternative<HttpResponse>(refused));
}

TEST_CASE("a field of the header that can be there once is refused by name when it is there twice") {
    for (const std::string name : {"Tern-Key", "tern-group"}) {
        auto request = post_request("/topics/t");
        request.fields = {{name, "a"}, {name, "b"}};
        const auto refused = read_publish(std::move(request));
        REQUIRE(std::holds_alternative<HttpResponse>(refused));
        CHECK_EQ(std::get<HttpResponse>(refused).status, 400);
        CHECK_NE(std::get<HttpResponse>(refused).body.find("(" + name + ")"), std::string::npos);
    }
}

TEST_CASE("an attribute without a name is none that is left out: the broker refuses it") {
    auto request = post_request("/topics/t");
    request.fields = {{"Tern-Attribute-", "red"}};
    const auto publish = publish_of(std::move(request));
    REQUIRE_EQ(publish.batch->front().attributes.size(), 1);
    CHECK_EQ(publish.batch->front().attributes[0].name, "");
}

TEST_CASE("the answer is JSON") {
    engine::Answer answer;
    answer.body = engine::PublishResults{{{.id = {1, 2}, .offset = 5}}, "k3"};
    CHECK_EQ(answer_to_publish(answer).body,
             "{\"id\":\"00000000-0000-0001-0000-000000000002\",\"offset\":5,\"epoch\":\"k3\"}\n");
    CHECK_EQ(answer_to_publish(answer).status, 200);

    answer.status = Errc::overloaded;
    CHECK_EQ(answer_to_publish(answer).status, 503);
    CHECK(
        answer_to_publish(answer).body.starts_with("{\"error\":{\"code\":110,\"name\":\"overloaded\",\"message\":\""));
    CHECK(answer_to_publish(answer).body.ends_with(",\"temporary\":true}}\n"));
}

TEST_CASE("refusals have the status that fits") {
    CHECK_EQ(refusal_of(Errc::topic_does_not_exist).status, 404);
    CHECK_EQ(refusal_of(Errc::publication_too_large).status, 413);
    CHECK_EQ(refusal_of(Errc::storage_full).status, 507);
    CHECK_EQ(refusal_of(Errc::subject_invalid).status, 400);
}

TEST_CASE("files are served with their type and a strict policy") {
    HttpRequest request;
    request.method = "GET";
    request.path = "/chat/chat.js";
    const auto file = answer_with_file(request, some_files);

    REQUIRE(file);
    CHECK_EQ(file->status, 200);
    CHECK_EQ(file->content_type, "text/javascript");
    CHECK_EQ(file->body, "code");
    const auto text = rendered(*file);
    CHECK_NE(text.find("Content-Security-Policy: default-src 'none'; script-src 'self';"), std::string::npos);
    CHECK_NE(text.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
    CHECK_NE(text.find("Referrer-Policy: no-referrer\r\n"), std::string::npos);
    CHECK_NE(text.find("ETag: \"1\"\r\n"), std::string::npos);
}

TEST_CASE("a folder is its index, and what is unchanged is not sent again") {
    HttpRequest request;
    request.method = "GET";
    for (const std::string path : {"/chat", "/chat/", "/chat/index.html"}) {
        request.path = path;
        CHECK_EQ(answer_with_file(request, some_files)->body, "page");
    }
    request.fields = {{"If-None-Match", "\"9\", \"2\""}};
    const auto unchanged = answer_with_file(request, some_files);
    CHECK_EQ(unchanged->status, 304);
    CHECK(unchanged->body.empty());
    CHECK_EQ(rendered(*unchanged).find("Content-Length"), std::string::npos);
}

TEST_CASE("other paths and methods are not for files") {
    HttpRequest request;
    request.method = "GET";
    for (const std::string path : {"/", "/chatter", "/chat/../health", "/chat/chat.js/"}) {
        request.path = path;
        CHECK_FALSE(answer_with_file(request, some_files));
    }
    request.path = "/chat";
    request.method = "POST";
    CHECK_EQ(answer_with_file(request, some_files)->status, 405);
}

}  // namespace tern::admin
