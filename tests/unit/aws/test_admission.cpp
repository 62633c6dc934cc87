#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <string>

#include "broker/frontends/aws/admission.hpp"
#include "broker/frontends/aws/signature_text.hpp"
#include "tests/unit/aws/signed_request.hpp"

namespace tern::aws {
namespace {

const Timestamp admission_at = *parse_amz_date("20150830T123600Z");

/// One key that may do everything in its account, and one that may send to some queues of its own.
struct AdmissionFixture {
    AdmissionFixture() {
        options.access_keys.emplace("ROOT", runtime::AccessKey{"ROOT", "secret of root"});
        options.access_keys.emplace(
            "SENDER",
            runtime::AccessKey{"SENDER", "secret of sender", "123456789012", {"sqs:Send*", "sqs:List*"}, {"a-*"}});
        options.access_keys.emplace("MAKER",
                                    runtime::AccessKey{"MAKER", "secret of sender", "123456789012", {"*"}, {"a-*"}});
    }

    static admin::HttpRequest request_of(const std::string& key, const std::string& service = "sqs") {
        SigningWith with;
        with.key_id = key;
        with.secret = key == "ROOT" ? "secret of root" : "secret of sender";
        with.service = service;
        with.date = "20150830T123600Z";
        admin::HttpRequest request;
        request.fields = {{"Host", "localhost:4566"}};
        return sign(with, request);
    }
    Admission admission_of(admin::HttpRequest request) {
        auto admitted = admit(options, request, admission_at);
        REQUIRE(std::holds_alternative<Admission>(admitted));
        return std::get<Admission>(admitted);
    }
    static Call call_of(const std::string& operation, const std::string& parameters, Service service = Service::sqs) {
        Call call;
        call.service = service;
        call.operation = operation;
        call.scope = {"999999999999", "us-east-1"};
        call.take_parameters(std::move(boost::json::parse(parameters).get_object()));
        return call;
    }
    /// "ok", or the code in the Query protocol.
    std::string may(const std::string& key, const std::string& operation, const std::string& parameters) {
        auto call = call_of(operation, parameters);
        const auto refusal = authorize_call(options, admission_of(request_of(key)), call);
        return refusal ? std::string(refusal->query_code("sqs")) : "ok";
    }

    AwsOptions options;
};

}  // namespace

TEST_CASE("without keys everybody is let in, and whose call it is stays as the client says") {
    const AwsOptions open;
    admin::HttpRequest request;
    request.fields = {{"Authorization", "Bearer nonsense"},
                      {"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}};
    request.body = "2\r\n{}\r\n0\r\n\r\n";
    const auto admitted = admit(open, request, admission_at);
    REQUIRE(std::holds_alternative<Admission>(admitted));
    CHECK_EQ(request.body, "{}");

    auto call = AdmissionFixture::call_of("DeleteQueue", R"({"QueueUrl":"http://localhost/000000000000/q"})");
    CHECK_FALSE(authorize_call(open, std::get<Admission>(admitted), call).has_value());
    CHECK_EQ(call.scope.account, "999999999999");
}

TEST_CASE_FIXTURE(AdmissionFixture, "with keys, who has no signature may do nothing but follow SNS's links") {
    admin::HttpRequest request;
    const auto nobody = admission_of(request);
    auto call = call_of("ListQueues", "{}");
    CHECK_EQ(authorize_call(options, nobody, call)->distrust, Distrust::missing);
    auto link = call_of("ConfirmSubscription", "{}", Service::sns);
    CHECK_FALSE(authorize_call(options, nobody, link).has_value());
    auto same_name = call_of("ConfirmSubscription", "{}", Service::sqs);
    CHECK(authorize_call(options, nobody, same_name).has_value());
}

TEST_CASE_FIXTURE(AdmissionFixture, "a signature that is wrong is refused before anything else is looked at") {
    auto request = request_of("ROOT");
    request.body = "changed";
    const auto admitted = admit(options, request, admission_at);
    CHECK_EQ(std::get<SignatureRefusal>(admitted).distrust, Distrust::mismatch);
    auto late = request_of("ROOT");
    CHECK_EQ(std::get<SignatureRefusal>(admit(options, late, admission_at + std::chrono::minutes(16))).distrust,
             Distrust::mismatch);
}

TEST_CASE_FIXTURE(AdmissionFixture, "a signature for one service is not good for another") {
    auto call = call_of("Publish", R"({"TopicArn":"arn:aws:sns:us-east-1:000000000000:t"})", Service::sns);
    const auto refusal = authorize_call(options, admission_of(request_of("ROOT", "sqs")), call);
    REQUIRE(refusal.has_value());
    CHECK_EQ(refusal->message, "Credential should be scoped to correct service: 'sns'.");
}

TEST_CASE_FIXTURE(AdmissionFixture, "a key works in its own account, whatever the client says") {
    auto call = call_of("ListQueues", "{}");
    CHECK_FALSE(authorize_call(options, admission_of(request_of("SENDER")), call).has_value());
    CHECK_EQ(call.scope.account, "123456789012");
    CHECK_EQ(call.access_key, "SENDER");
    auto home = call_of("ListQueues", "{}");
    CHECK_FALSE(authorize_call(options, admission_of(request_of("ROOT")), home).has_value());
    CHECK_EQ(home.scope.account, "000000000000");

    CHECK_EQ(may("SENDER", "SendMessage", R"({"QueueUrl":"http://localhost:4566/123456789012/a-queue"})"), "ok");
    CHECK_EQ(may("SENDER", "SendMessage", R"({"QueueUrl":"http://localhost:4566/000000000000/a-queue"})"),
             "AccessDenied");
    CHECK_EQ(may("ROOT", "SendMessage", R"({"QueueUrl":"/queue/eu-west-1/123456789012/a-queue"})"), "AccessDenied");
    CHECK_EQ(may("ROOT", "GetQueueUrl", R"({"QueueName":"q","QueueOwnerAWSAccountId":"123456789012"})"),
             "AccessDenied");
}

TEST_CASE_FIXTURE(AdmissionFixture,
                  "actions and names are limited by the key's patterns, wherever a call names something") {
    CHECK_EQ(may("SENDER", "SendMessageBatch", R"({"QueueUrl":"a-queue"})"), "ok");
    CHECK_EQ(may("SENDER", "SendMessage", R"({"QueueUrl":"b-queue"})"), "AccessDenied");
    CHECK_EQ(may("SENDER", "ReceiveMessage", R"({"QueueUrl":"a-queue"})"), "AccessDenied");
    CHECK_EQ(may("SENDER", "ListQueues", "{}"), "ok");
    CHECK_EQ(may("SENDER", "ListMessageMoveTasks", R"({"SourceArn":"arn:aws:sqs:us-east-1:123456789012:a-dead"})"),
             "ok");
    CHECK_EQ(may("SENDER", "ListMessageMoveTasks", R"({"SourceArn":"arn:aws:sqs:us-east-1:123456789012:dead"})"),
             "AccessDenied");
    CHECK_EQ(may("SENDER", "SendMessage", R"({"QueueUrl":"a-queue","DestinationArn":"arn:aws:sqs:r:123456789012:b"})"),
             "AccessDenied");
    CHECK_EQ(may("SENDER", "ListAnything", R"({"TaskHandle":"abc"})"), "AccessDenied");
    CHECK_EQ(may("ROOT", "CancelMessageMoveTask", R"({"TaskHandle":"abc"})"), "ok");
}

TEST_CASE("a refusal looks as the request's protocol has it") {
    admin::HttpRequest request;
    Call call;
    request.fields = {{"X-Amz-Target", "AmazonSQS.ListQueues"}};
    guess_protocol(request, call);
    CHECK(call.protocol == Protocol::json);
    request.fields.clear();
    request.body = "Action=ListTopics&Version=2010-03-31";
    guess_protocol(request, call);
    CHECK(call.protocol == Protocol::query);
    CHECK(call.service == Service::sns);
    CHECK_EQ(error_of({Distrust::denied, "no"}, Service::sns).kind.code, "AuthorizationError");
    CHECK_EQ(error_of({Distrust::unknown_key, "no"}, Service::sqs).kind.shape, "UnrecognizedClientException");
}

TEST_CASE_FIXTURE(AdmissionFixture, "a dead-letter queue in a redrive policy is a name like any other") {
    const auto set = [&](const std::string& dead_letters) {
        return may(
            "MAKER", "SetQueueAttributes",
            R"({"QueueUrl":"http://h/123456789012/a-1","Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:123456789012:)" +
                dead_letters + R"(\"}"}})");
    };
    CHECK_EQ(set("a-dead"), "ok");
    CHECK_EQ(set("b-dead"), "AccessDenied");
    const auto subscription = [&](const std::string& dead_letters) {
        return may("MAKER", "SetSubscriptionAttributes",
                   R"({"SubscriptionArn":"arn:aws:sns:us-east-1:123456789012:a-t:1","AttributeName":"RedrivePolicy",)"
                   R"("AttributeValue":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:123456789012:)" +
                       dead_letters + R"(\"}"})");
    };
    CHECK_EQ(subscription("a-dead"), "ok");
    CHECK_EQ(subscription("b-dead"), "AccessDenied");
}

}  // namespace tern::aws
