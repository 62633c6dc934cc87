#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "broker/frontends/aws/signature.hpp"
#include "broker/frontends/aws/signature_text.hpp"
#include "tests/unit/aws/signed_request.hpp"

namespace tern::aws {
namespace {

using namespace std::chrono_literals;

/// Every request here is signed at this moment, unless it says otherwise.
const Timestamp signed_at = *parse_amz_date("20150830T123600Z");

/// The secret that the worked examples of Signature Version 4 use.
runtime::AccessKeys example_keys() {
    runtime::AccessKeys keys;
    keys.emplace("AKIDEXAMPLE", runtime::AccessKey{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"});
    return keys;
}

SigningWith example_signing() {
    SigningWith with;
    with.key_id = "AKIDEXAMPLE";
    with.secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    with.service = "sqs";
    with.date = "20150830T123600Z";
    return with;
}

admin::HttpRequest example(const std::string& method, const std::string& path, const std::string& query,
                           const std::string& signed_headers, const std::string& signature,
                           const std::string& service = "service") {
    admin::HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.host = "example.amazonaws.com";
    request.fields = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
    request.fields.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + service +
                                                   "/aws4_request, SignedHeaders=" + signed_headers +
                                                   ", Signature=" + signature});
    return request;
}

/// What became of verifying: "ok", or the code in the Query protocol.
std::string verdict(admin::HttpRequest request, Timestamp now = signed_at, const std::string& service = "service") {
    const auto keys = example_keys();
    const auto result = verify_signature(request, keys, service, now);
    if (const auto* refusal = std::get_if<SignatureRefusal>(&result)) return std::string(refusal->query_code(service));
    return "ok";
}

std::string reason(admin::HttpRequest request, Timestamp now = signed_at, const std::string& service = "service") {
    const auto keys = example_keys();
    const auto result = verify_signature(request, keys, service, now);
    const auto* refusal = std::get_if<SignatureRefusal>(&result);
    return refusal ? refusal->message : "ok";
}

void set_field(admin::HttpRequest& request, const std::string& name, const std::string& value) {
    for (auto& field : request.fields) {
        if (field.name == name) field.value = value;
    }
}

admin::HttpRequest unsigned_request(std::vector<admin::HttpRequest::Field> fields, const std::string& body = {}) {
    admin::HttpRequest request;
    request.method = "POST";
    request.path = "/";
    request.fields = std::move(fields);
    request.body = body;
    return request;
}

admin::HttpRequest vanilla() {
    return example("GET", "/", "", "host;x-amz-date",
                   "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

}  // namespace

TEST_CASE("the published test suite of Signature Version 4: plain requests") {
    CHECK_EQ(verdict(vanilla()), "ok");
    CHECK_EQ(verdict(example("POST", "/", "", "host;x-amz-date",
                             "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")),
             "ok");
    CHECK_EQ(verdict(example("GET", "/", "Param2=value2&Param1=value1", "host;x-amz-date",
                             "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")),
             "ok");
}

TEST_CASE("the published test suite: header fields and bodies") {
    auto trimmed = example("GET", "/", "", "host;my-header1;my-header2;x-amz-date",
                           "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
    trimmed.fields.push_back({"My-Header1", " value1"});
    trimmed.fields.push_back({"My-Header2", " \"a   b   c\""});
    CHECK_EQ(verdict(trimmed), "ok");

    auto repeated = example("GET", "/", "", "host;my-header1;x-amz-date",
                            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
    for (const auto* const value : {"value2", "value2", "value1"}) repeated.fields.push_back({"My-Header1", value});
    CHECK_EQ(verdict(repeated), "ok");

    auto form = example("POST", "/", "", "content-type;host;x-amz-date",
                        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
    form.fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    form.body = "Param1=value1";
    CHECK_EQ(verdict(form), "ok");
    form.body = "Param1=value2";
    CHECK_EQ(verdict(form), "SignatureDoesNotMatch");
}

TEST_CASE("the published test suite: a token of the security token service is part of what is signed") {
    auto request = example("POST", "/", "", "host;x-amz-date;x-amz-security-token",
                           "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
    request.fields.push_back(
        {"X-Amz-Security-Token",
         "AQoDYXdzEPT//////////"
         "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/"
         "qkPpKPi/"
         "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6"
         "d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="});
    CHECK_EQ(verdict(request), "ok");
}

TEST_CASE("the example of AWS's documentation, a request to IAM") {
    auto request = example("GET", "/", "Action=ListUsers&Version=2010-05-08", "content-type;host;x-amz-date",
                           "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7", "iam");
    set_field(request, "Host", "iam.amazonaws.com");
    request.fields.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
    CHECK_EQ(verdict(request, signed_at, "iam"), "ok");

    const auto given = std::get<GivenSignature>(read_signature(request));
    const auto canonical = canonical_request(request, given, hex_of(sha256("")));
    CHECK_EQ(hex_of(sha256(canonical)), "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
}

TEST_CASE("the example of a presigned URL in the documentation of S3") {
    admin::HttpRequest request;
    request.method = "GET";
    request.path = "/test.txt";
    request.query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_"
        "request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    request.fields = {{"Host", "examplebucket.s3.amazonaws.com"}, {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}};
    runtime::AccessKeys keys;
    keys.emplace("AKIAIOSFODNN7EXAMPLE",
                 runtime::AccessKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"});
    const auto at = *parse_amz_date("20130524T000000Z");

    for (const auto after : {0s, 86'400s}) {
        const auto result = verify_signature(request, keys, "s3", at + after);
        REQUIRE(std::holds_alternative<VerifiedCaller>(result));
        CHECK_EQ(std::get<VerifiedCaller>(result).key->id, "AKIAIOSFODNN7EXAMPLE");
        CHECK_EQ(std::get<VerifiedCaller>(result).scope.region, "us-east-1");
    }
    const auto late = verify_signature(request, keys, "s3", at + 86'401s);
    CHECK_EQ(std::get<SignatureRefusal>(late).query_code("s3"), "RequestExpired");
    CHECK_EQ(std::get<SignatureRefusal>(late).http_status(), 400);
    const auto early = verify_signature(request, keys, "s3", at - 301s);
    CHECK_EQ(std::get<SignatureRefusal>(early).query_code("s3"), "SignatureDoesNotMatch");
}

TEST_CASE("a signature is good from five minutes before its time to fifteen after") {
    CHECK_EQ(verdict(vanilla(), signed_at + 15min), "ok");
    CHECK_EQ(verdict(vanilla(), signed_at - 5min), "ok");
    CHECK_EQ(reason(vanilla(), signed_at + 15min + 1s),
             "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)");
    CHECK_EQ(reason(vanilla(), signed_at - 5min - 1s),
             "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 "
             "min.)");
    CHECK_EQ(verdict(vanilla(), signed_at + 16min), "SignatureDoesNotMatch");
}

TEST_CASE("whatever is changed on the way is noticed") {
    const auto request = sign(example_signing(), [] {
        auto plain = unsigned_request({{"Host", "localhost:4566"}, {"X-Amz-Target", "AmazonSQS.SendMessage"}},
                                      R"({"QueueUrl":"q"})");
        plain.query = "a=1";
        return plain;
    }());
    REQUIRE_EQ(verdict(request, signed_at, "sqs"), "ok");

    using Change = void (*)(admin::HttpRequest&);
    const std::vector<Change> changes = {
        [](admin::HttpRequest& changed) { changed.method = "PUT"; },
        [](admin::HttpRequest& changed) { changed.path = "/other"; },
        [](admin::HttpRequest& changed) { changed.query = "a=2"; },
        [](admin::HttpRequest& changed) { changed.query += "&b"; },
        [](admin::HttpRequest& changed) { changed.body.back() = ' '; },
        [](admin::HttpRequest& changed) { set_field(changed, "Host", "localhost:4567"); },
        [](admin::HttpRequest& changed) { set_field(changed, "X-Amz-Target", "AmazonSQS.DeleteQueue"); },
        [](admin::HttpRequest& changed) { set_field(changed, "X-Amz-Date", "20150830T123601Z"); },
        [](admin::HttpRequest& changed) {
            changed.fields.push_back({"X-Amz-Target", "AmazonSQS.DeleteQueue"});
        },
    };
    for (const auto change : changes) {
        auto changed = request;
        change(changed);
        CHECK_EQ(verdict(changed, signed_at, "sqs"), "SignatureDoesNotMatch");
    }
}

TEST_CASE("each character of a signature counts") {
    const auto request = vanilla();
    const auto authorization = *request.field("Authorization");
    const auto begin = authorization.find("Signature=") + 10;
    for (auto i = begin; i < authorization.size(); ++i) {
        auto changed = authorization;
        changed[i] = changed[i] == '0' ? '1' : '0';
        auto forged = request;
        set_field(forged, "Authorization", changed);
        CHECK_EQ(verdict(forged), "SignatureDoesNotMatch");
    }
    auto cut = request;
    set_field(cut, "Authorization", authorization.substr(0, authorization.size() - 1));
    CHECK_EQ(verdict(cut), "SignatureDoesNotMatch");
}

TEST_CASE("a signature that leaves out whom a request is for or what it asks is not enough") {
    const auto with = example_signing();
    auto no_host = with;
    no_host.left_out = {"host"};
    CHECK_EQ(reason(sign(no_host, unsigned_request({{"Host", "localhost"}})), signed_at, "sqs"),
             "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    auto no_target = with;
    no_target.left_out = {"x-amz-target"};
    CHECK_EQ(
        verdict(sign(no_target, unsigned_request({{"Host", "localhost"}, {"X-Amz-Target", "AmazonSQS.ListQueues"}})),
                signed_at, "sqs"),
        "SignatureDoesNotMatch");
}

TEST_CASE("the scope must be the service's and the day's") {
    CHECK_EQ(reason(vanilla(), signed_at, "sqs"), "Credential should be scoped to correct service: 'sqs'.");
    auto other_day = vanilla();
    set_field(other_day, "Authorization",
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150831/us-east-1/service/aws4_request, "
              "SignedHeaders=host;x-amz-date, Signature=00");
    CHECK_EQ(reason(other_day),
             "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' != "
             "'20150830', from '20150830T123600Z'.");
    set_field(other_day, "Authorization",
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws5_request, "
              "SignedHeaders=host;x-amz-date, Signature=00");
    CHECK_EQ(reason(other_day),
             "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.");
}

TEST_CASE("a key that does not exist, no signature, half of one") {
    auto request = vanilla();
    auto authorization = *request.field("Authorization");
    authorization.replace(authorization.find("AKIDEXAMPLE"), 11, "AKIDNOBODY0");
    set_field(request, "Authorization", authorization);
    CHECK_EQ(verdict(request), "InvalidClientTokenId");
    CHECK_EQ(reason(request), "The security token included in the request is invalid.");

    request.fields.pop_back();
    CHECK_EQ(verdict(request), "MissingAuthenticationToken");

    request.fields.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE"});
    CHECK_EQ(verdict(request), "IncompleteSignature");
    CHECK_EQ(reason(request),
             "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
             "parameter. Authorization=AWS4-HMAC-SHA256");
    for (const auto* const wrong :
         {"", "AWS4-HMAC-SHA256", "Bearer abc", "AWS AKIDEXAMPLE:abc",
          "AWS4-HMAC-SHA256 ,,,=,=", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/r/service/aws4_request, SignedHeaders=x;host, Signature=0",
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/r/service/aws4_request, SignedHeaders=host;host, "
          "Signature=0",
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/r/service/aws4_request, SignedHeaders=Host, Signature=0"}) {
        set_field(request, "Authorization", wrong);
        CHECK_EQ(verdict(request), "IncompleteSignature");
    }
    set_field(request, "Authorization", authorization);
    set_field(request, "X-Amz-Date", "2015-08-30T12:36:00Z");
    CHECK_EQ(verdict(request), "IncompleteSignature");
}

TEST_CASE("a request signed twice, or with parts repeated in its query, is not let in") {
    auto request = vanilla();
    request.query = "X-Amz-Signature=00";
    CHECK_EQ(verdict(request), "IncompleteSignature");
    request.fields.pop_back();
    CHECK_EQ(verdict(request), "IncompleteSignature");
    request.query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fr%2Fservice%2Faws4_request&X-Amz-"
        "Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
    CHECK_EQ(verdict(request), "SignatureDoesNotMatch");
    CHECK_EQ(verdict(request, signed_at + 16min), "RequestExpired");
    for (const auto* const more :
         {"&X-Amz-Date=20150830T123600Z", "&X-Amz-Expires=604801", "&X-Amz-Expires=-1", "&X-Amz-Expires=1x"}) {
        auto wrong = request;
        wrong.query += more;
        CHECK_EQ(verdict(wrong), "IncompleteSignature");
    }
}

TEST_CASE("a Date header serves as well as X-Amz-Date") {
    CHECK_EQ(parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT"), signed_at);
    auto with = example_signing();
    with.date_field = "Date";
    with.date_text = "Sun, 30 Aug 2015 12:36:00 GMT";
    const auto request = sign(with, unsigned_request({{"Host", "localhost"}}));
    CHECK_EQ(verdict(request, signed_at, "sqs"), "ok");
}

TEST_CASE("the body may be left out of what is signed, or hashed by the sender") {
    const auto with = example_signing();
    auto unsigned_payload = with;
    unsigned_payload.payload_hash = "UNSIGNED-PAYLOAD";
    auto request =
        sign(unsigned_payload,
             unsigned_request({{"Host", "localhost"}, {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}}, "anything"));
    CHECK_EQ(verdict(request, signed_at, "sqs"), "ok");
    request.body = "something else";
    CHECK_EQ(verdict(request, signed_at, "sqs"), "ok");

    auto hashed = with;
    hashed.payload_hash = hex_of(sha256("body"));
    request =
        sign(hashed, unsigned_request({{"Host", "localhost"}, {"x-amz-content-sha256", hashed.payload_hash}}, "body"));
    CHECK_EQ(verdict(request, signed_at, "sqs"), "ok");
    request.body = "bodY";
    CHECK_EQ(reason(request, signed_at, "sqs"),
             "The provided 'x-amz-content-sha256' header does not match what was computed.");
}

TEST_CASE("moments are read strictly") {
    CHECK_EQ(to_amz_date(signed_at), "20150830T123600Z");
    CHECK_EQ(parse_amz_date("19700101T000001Z"), Timestamp(1000));
    for (const auto* const wrong :
         {"", "20150830T123600", "20150830 123600Z", "20151330T123600Z", "20150832T123600Z", "20150229T123600Z",
          "20150830T243600Z", "20150830T126000Z", "2015083aT123600Z", "20150830T12360-Z"}) {
        CHECK_FALSE(parse_amz_date(wrong).has_value());
    }
    for (const auto* const wrong : {"", "Sun, 30 Aug 2015 12:36:00 CET", "Sun, 30 Foo 2015 12:36:00 GMT",
                                    "Sun, 31 Feb 2015 12:36:00 GMT", "Sunday, 30-Aug-15 12:36:00 GMT"}) {
        CHECK_FALSE(parse_http_date(wrong).has_value());
    }
}

TEST_CASE("paths and queries in their canonical form") {
    CHECK_EQ(canonical_path("/"), "/");
    CHECK_EQ(canonical_path(""), "/");
    CHECK_EQ(canonical_path("/a/./b//../c/"), "/a/c/");
    CHECK_EQ(canonical_path("/../.."), "/");
    CHECK_EQ(canonical_path("/000000000000/a%20b"), "/000000000000/a%2520b");
    CHECK_EQ(canonical_query("b=2&a=%7e&a=1+1&&c", ""), "a=1%201&a=~&b=2&c=");
    CHECK_EQ(canonical_query("X-Amz-Signature=1&a=%2f%zz", "X-Amz-Signature"), "a=%252f%25zz");
    CHECK_EQ(canonical_value("  a \t  b  "), "a b");
}

TEST_CASE("what a key may do") {
    const runtime::AccessKey key{"AKID", "secret", "", {"sqs:*", "sns:Publish"}, {"orders-*"}};
    CHECK_FALSE(authorize(key, "sqs", "SendMessage", "orders-new", "arn").has_value());
    CHECK_FALSE(authorize(key, "sqs", "ListQueues", std::nullopt, "*").has_value());
    CHECK_FALSE(authorize(key, "sns", "Publish", "orders-new", "arn").has_value());

    const auto denied =
        authorize(key, "sns", "Subscribe", "orders-new", "arn:aws:sns:us-east-1:000000000000:orders-new");
    REQUIRE(denied.has_value());
    CHECK_EQ(denied->message,
             "User: AKID is not authorized to perform: sns:Subscribe on resource: "
             "arn:aws:sns:us-east-1:000000000000:orders-new");
    CHECK_EQ(denied->http_status(), 403);
    CHECK_EQ(denied->query_code("sqs"), "AccessDenied");
    CHECK_EQ(denied->query_code("sns"), "AuthorizationError");
    CHECK(authorize(key, "sqs", "SendMessage", "invoices", "arn").has_value());
    CHECK(authorize(key, "kinesis", "ListStreams", std::nullopt, "*").has_value());
}

}  // namespace tern::aws
