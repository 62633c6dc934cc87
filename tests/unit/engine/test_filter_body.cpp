#include "tests/unit/engine/filter_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct BodyCase {
    std::string policy;
    std::string body;
    bool passing;
};

void check_bodies(const std::vector<BodyCase>& cases) {
    for (const auto& [policy, body, passing] : cases) {
        CAPTURE(policy);
        CAPTURE(body);
        CHECK_EQ(body_passes(policy, body), passing);
    }
}

}  // namespace

TEST_CASE("a policy for bodies follows nested keys") {
    constexpr const char* policy =
        R"({"object":{"key":[{"prefix":"auto-"},"fixed"],"nested":[{"exists":false}]},"test":[{"exists":false}]})";
    check_bodies({{policy, R"({"object":{"key":"auto-test"}})", true},
                  {policy, R"({"object":{"key":"fixed"}})", true},
                  {policy, R"({"object":{"key":"test-auto"}})", false},
                  {policy, R"({"object":{"key":"auto-test"},"test":"is there"})", false},
                  {policy, R"({"object":{"key":"auto-test","nested":"is there"}})", false},
                  {policy, R"({"object":{"test":"auto-test"}})", false},
                  {policy, R"({"test":"auto-test"})", false}});
}

TEST_CASE("a body that is no JSON object never matches") {
    for (const auto* body : {"", "plain text", "\"text\"", "[1]", "{\"a\":1", "{\"a\":1} more", "5"}) {
        CHECK(!body_passes(R"({"a":[{"exists":false}]})", body));
        CHECK(!body_passes(R"({"b":[{"exists":false}]})", body));
    }
    CHECK(body_passes(R"({"b":[{"exists":false}]})", "{}"));
}

TEST_CASE("values of a body are compared like with like") {
    check_bodies({{R"({"a":["1"]})", R"({"a":1})", false},
                  {R"({"a":[1]})", R"({"a":1.0})", true},
                  {R"({"a":[1]})", R"({"a":"1"})", false},
                  {R"({"a":[true]})", R"({"a":true})", true},
                  {R"({"a":[true]})", R"({"a":false})", false},
                  {R"({"a":[null]})", R"({"a":null})", true},
                  {R"({"a":[null]})", R"({})", false},
                  {R"({"a":[{"exists":true}]})", R"({"a":null})", true},
                  {R"({"a":[{"anything-but":"b"}]})", R"({"a":null})", true},
                  {R"({"a":[{"numeric":["=",301.5]}]})", R"({"a":3.015e2})", true},
                  {R"({"a":[{"cidr":"10.0.0.0/8"}]})", R"({"a":"10.1.2.3"})", true},
                  {R"({"\u0061":["b\/c"]})", R"({"a":"b/\u0063"})", true}});
}

TEST_CASE("exists asks for values, not for objects on the way") {
    check_bodies({{R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})", false},
                  {R"({"a":[{"exists":false}]})", R"({"a":{"b":1}})", true},
                  {R"({"a":[{"exists":true}]})", R"({"a":[]})", false},
                  {R"({"a":[{"exists":true}]})", R"({"a":[[],[1]]})", true},
                  {R"({"a":{"b":[{"exists":false}]}})", R"({})", true},
                  {R"({"a":{"b":[{"exists":false}]}})", R"({"a":5})", true},
                  {R"({"a":{"b":[{"exists":false}]}})", R"({"a":{"c":1}})", true},
                  {R"({"a":{"b":[{"exists":false}]}})", R"({"a":{"b":1}})", false},
                  {R"({"a":{"b":[{"exists":true}]}})", R"({"a":{"c":1}})", false}});
}

TEST_CASE("arrays of a body are searched, and objects in them") {
    constexpr const char* policy =
        R"({"Records":{"s3":{"object":{"key":[{"prefix":"auto-"}]}},"eventName":[{"prefix":"Created:"}]}})";
    check_bodies({{R"({"to":["q1"]})", R"({"to":["q2","q1"]})", true},
                  {R"({"to":["q1"]})", R"({"to":["q2"]})", false},
                  {R"({"to":["q1"]})", R"({"to":[["q2"],["q1"]]})", true},
                  {policy, R"({"Records":[{"eventName":"Created:Put","s3":{"object":{"key":"auto-1"}}}]})", true},
                  {policy, R"({"Records":[{"eventName":"Removed","s3":{"object":{"key":"auto-1"}}}]})", false},
                  {policy,
                   R"({"Records":[{"eventName":"Created:Put","s3":{"object":[[{"key":"auto-1"}]]}},)"
                   R"({"eventName":"Removed","s3":{"object":{"key":"home-1"}}}]})",
                   true},
                  // Both conditions hold, but in no one record.
                  {policy,
                   R"({"Records":[{"eventName":"Created:Put","s3":{"object":{"key":"home-1"}}},)"
                   R"({"eventName":"Removed","s3":{"object":{"key":"auto-1"}}}]})",
                   false}});
}

TEST_CASE("a dot in a name is as good as nesting, in the policy and in the body") {
    for (const std::string policy :
         {R"({"a.b.c":["x"]})", R"({"a":{"b":{"c":["x"]}}})", R"({"a.b":{"c":["x"]}})", R"({"a":{"b.c":["x"]}})"}) {
        for (const std::string body : {R"({"a":{"b":{"c":"x"}}})", R"({"a.b.c":"x"})", R"({"a.b":{"c":"x"}})",
                                       R"({"a":{"b.c":"x"}})", R"({"a":[{"b.c":"y"},{"b":[{"c":"x"}]}]})"}) {
            CAPTURE(policy);
            CAPTURE(body);
            CHECK(body_passes(policy, body));
        }
        for (const std::string body : {R"({"a":{"b":{"c":"y"}}})", R"({"a.b":"x"})", R"({"a":{"b":"x","c":"x"}})",
                                       R"({"ab.c":"x"})", R"({"c":"x"})", R"({"a.b.c.d":"x"})"}) {
            CAPTURE(policy);
            CAPTURE(body);
            CHECK(!body_passes(policy, body));
        }
    }
    CHECK(body_passes(R"({"a.b":{"c":["x"],"d":["y"]}})", R"({"a":{"b":{"c":"x","d":"y"}}})"));
}

TEST_CASE("$or works at every depth of a policy for bodies") {
    constexpr const char* policy =
        R"({"$or":[{"metricName":["CPUUtilization","ReadLatency"]},{"namespace":["AWS/EC2","AWS/ES"]}],)"
        R"("detail":{"scope":["Service"],"$or":[{"source":["aws.cloudwatch"]},{"type":["Alarm"]}]}})";
    check_bodies(
        {{policy, R"({"metricName":"CPUUtilization","detail":{"scope":"aws.cloudwatch","type":"Alarm"}})", false},
         {policy, R"({"metricName":"CPUUtilization","detail":{"scope":"Service","type":"CPUUtilization"}})", false},
         {policy, R"({"metricName":"CPUUtilization","detail":{"type":"Alarm"}})", false},
         {policy, R"({"metricName":"CPUUtilization","detail":{"scope":"Service"}})", false},
         {policy, R"({"metricName":"CPUUtilization","scope":"Service"})", false},
         {policy, R"({"metricName":"AWS/EC2","detail":{"scope":"Service","type":"Alarm"}})", false},
         {policy, R"({"metricName":"CPUUtilization","detail":{"scope":"Service","source":"aws.cloudwatch"}})", true},
         {policy, R"({"namespace":"AWS/EC2","detail":{"scope":"Service","source":"aws.cloudwatch"}})", true},
         {policy, R"({"metricName":"ReadLatency","detail":{"scope":"Service","type":"Alarm"}})", true}});
}

TEST_CASE("a body that is an attack is not searched, and costs no more than its length") {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
    CHECK(!body_passes(R"({"a":[1]})", deep));

    std::string wide = "{\"a\":[";
    for (int i = 0; i < 400'000; ++i) wide += "1,";
    wide.back() = ']';
    CHECK(!body_passes(R"({"a":[1]})", wide + "}"));
}
