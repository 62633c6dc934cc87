#include <doctest/doctest.h>

#include <string>

#include "broker/frontends/aws/access.hpp"
#include "broker/frontends/aws/recognition.hpp"

namespace tern::aws {
namespace {

admin::HttpRequest request_with(const std::string& method, const std::string& path, const std::string& query = {},
                                std::vector<admin::HttpRequest::Field> fields = {}) {
    admin::HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.fields = std::move(fields);
    return request;
}

}  // namespace

TEST_CASE("requests of SDKs are recognised by any of their signs") {
    CHECK(is_aws_request(request_with("POST", "/", "", {{"x-amz-target", "AmazonSQS.ListQueues"}})));
    CHECK(is_aws_request(request_with("GET", "/", "Action=ListQueues")));
    CHECK(is_aws_request(request_with("GET", "/", "Version=1&Action=ListQueues")));
    CHECK(is_aws_request(request_with("GET", "/", "X-Amz-Credential=x")));
    CHECK(is_aws_request(
        request_with("POST", "/", "", {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}})));
    CHECK(is_aws_request(request_with("POST", "/")));
    CHECK(is_aws_request(request_with("GET", "/", "", {{"Authorization", "AWS4-HMAC-SHA256 Credential=x"}})));
    CHECK(is_aws_request(request_with("GET", "/000000000000/q")));
    CHECK(is_aws_request(request_with("GET", "/queue/eu-west-1/000000000000/q")));
    CHECK(is_aws_request(request_with("GET", "/_localstack/health")));
}

TEST_CASE("other pages are not taken") {
    CHECK_FALSE(is_aws_request(request_with("GET", "/")));
    CHECK_FALSE(is_aws_request(request_with("GET", "/", "NoAction=1")));
    CHECK_FALSE(is_aws_request(request_with("GET", "/health", "Action=ListQueues")));
    CHECK_FALSE(is_aws_request(
        request_with("POST", "/topics/news", "", {{"Content-Type", "application/x-www-form-urlencoded"}})));
    CHECK_FALSE(is_aws_request(request_with("GET", "/chat/index.html")));
}

TEST_CASE("a signature says who asks, and for which region") {
    const Scope home{"000000000000", "us-east-1"};
    const auto credential = credential_of_authorization(
        "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, "
        "Signature=0");
    REQUIRE(credential);
    CHECK_EQ(credential->service, "sqs");
    CHECK_EQ(scope_of(credential, home), Scope{"123456789012", "eu-west-1"});
    CHECK_EQ(scope_of(parse_credential("AKIA/20260101/eu-west-1/sqs/aws4_request"), home),
             Scope{"000000000000", "eu-west-1"});
    CHECK_EQ(scope_of(parse_credential("AKIA/20260101/bad region/sqs/aws4_request"), home), home);
    CHECK_EQ(scope_of(std::nullopt, home), home);
    for (const auto* const bad :
         {"", "a/b/c/d", "a/b/c/d/aws3_request", "/b/c/d/aws4_request", "a/b/c/d/aws4_request/e"})
        CHECK_FALSE(parse_credential(bad));
    CHECK_FALSE(credential_of_authorization("Basic Credential=a/b/c/d/aws4_request"));
}

TEST_CASE("hosts that a foreign page cannot have are served, and those that the operator names") {
    AwsOptions options;
    options.allowed_hosts = {"sqs.example.org", "*.internal.example"};
    for (const auto* const host : {"", "localhost", "127.0.0.1", "192.0.2.1", "[::1]", "tern", "sqs.localhost",
                                   "localhost.localstack.cloud", "sqs.us-east-1.amazonaws.com", "host.docker.internal",
                                   "host.testcontainers.internal", "SQS.example.org", "a.b.internal.example"}) {
        CAPTURE(host);
        CHECK(is_allowed_host(host, options));
    }
    for (const auto* const host : {"example.org", "a.sqs.example.org", "internal.example", "localhost.example",
                                   "amazonaws.com.example", "127.0.0.1.example", "notamazonaws.com"}) {
        CAPTURE(host);
        CHECK_FALSE(is_allowed_host(host, options));
    }
    options.any_host = true;
    CHECK(is_allowed_host("example.org", options));
}

}  // namespace tern::aws
