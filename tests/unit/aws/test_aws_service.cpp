#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <utility>

#include "broker/frontends/aws/aws_service.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::aws {
namespace {

/// The service of a broker that is asked without sockets: a command that it submits is looked at, and answered by hand.
struct AwsServiceFixture {
    admin::HttpStep ask(const std::string& operation, const std::string& body, const std::string& host = "h:1") {
        admin::HttpRequest request;
        request.method = "POST";
        request.path = "/";
        request.host = host.substr(0, host.find(':'));
        request.fields = {{"Host", host}, {"X-Amz-Target", "AmazonSQS." + operation}};
        request.body = body;
        return service.begin(std::move(request));
    }
    std::unique_ptr<admin::Submission> submit(const std::string& operation, const std::string& body) {
        auto step = ask(operation, body);
        REQUIRE(std::holds_alternative<std::unique_ptr<admin::Submission>>(step));
        return std::get<std::unique_ptr<admin::Submission>>(std::move(step));
    }
    static std::string field_of(const admin::HttpResponse& response, const std::string& name) {
        for (const auto& [field, value] : response.further_fields)
            if (field == name) return value;
        return {};
    }

    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    runtime::LocalBroker broker{memory, random, log, {}};
    AwsService service{broker, {}};
};

admin::HttpResponse response_in(admin::HttpStep&& step) {
    REQUIRE(std::holds_alternative<admin::HttpResponse>(step));
    return std::get<admin::HttpResponse>(std::move(step));
}

}  // namespace

TEST_CASE_FIXTURE(AwsServiceFixture, "a call becomes a command of the engine, whose views live in the frame") {
    const auto submission = submit("SendMessage", R"({"QueueUrl":"q","MessageBody":"h\u00e4llo","MessageAttributes":)"
                                                  R"({"n":{"DataType":"Binary","BinaryValue":"YWJj"}}})");

    const auto& command = std::get<engine::SendMessages>(submission->command);
    CHECK_EQ(command.queue, engine::QueueName{"", "q"});
    REQUIRE_EQ(command.messages.size(), 1);
    CHECK_EQ(command.messages[0].body, "h\xC3\xA4llo");
    CHECK_EQ(command.messages[0].attributes.at(0).value, "abc");
    CHECK_GE(command.messages[0].body.data(), submission->frame.get());
    CHECK_LT(command.messages[0].body.data(), submission->frame.get() + submission->bytes);
    CHECK_FALSE(submission->ends_with_client);
}

TEST_CASE_FIXTURE(AwsServiceFixture, "what the engine answers is rendered") {
    const auto submission = submit("SendMessage", R"({"QueueUrl":"q","MessageBody":"abc"})");

    engine::SendResults sent{{{Errc::ok, {1, 2}, 7}}};
    const auto response = response_in(submission->then(engine::Answer{Errc::ok, {}, std::move(sent)}));

    CHECK_EQ(response.status, 200);
    CHECK_EQ(response.content_type, "application/x-amz-json-1.0");
    CHECK_EQ(field_of(response, "x-amzn-RequestId").size(), 36);
    CHECK_EQ(boost::json::parse(response.body),
             boost::json::parse(R"({"MD5OfMessageBody":"900150983cd24fb0d6963f7d28e17f72",)"
                                R"("MessageId":"00000000-0000-0001-0000-000000000002"})"));
}

TEST_CASE_FIXTURE(AwsServiceFixture, "a refusal of the engine becomes an error of SQS") {
    const auto submission = submit("DeleteQueue", R"({"QueueUrl":"http://h/000000000000/q"})");

    const auto response = response_in(submission->then(engine::Answer{Errc::queue_does_not_exist, {}, {}}));

    CHECK_EQ(response.status, 400);
    CHECK_EQ(field_of(response, "x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
    CHECK_EQ(response.body,
             R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."})");
}

TEST_CASE_FIXTURE(AwsServiceFixture, "a broker that is busy or full is the receiver's fault, which SDKs try again") {
    for (const auto status : {Errc::overloaded, Errc::storage_full, Errc::shutting_down}) {
        const auto submission = submit("PurgeQueue", R"({"QueueUrl":"q"})");
        const auto response = response_in(submission->then(engine::Answer{status, {}, {}}));
        CHECK_EQ(response.status, 503);
        CHECK_EQ(field_of(response, "x-amzn-query-error"), "ServiceUnavailable;Receiver");
    }
}

TEST_CASE_FIXTURE(AwsServiceFixture, "only a receive that may wait ends with its client") {
    CHECK(submit("ReceiveMessage", R"({"QueueUrl":"q"})")->ends_with_client);
    CHECK(submit("ReceiveMessage", R"({"QueueUrl":"q","WaitTimeSeconds":20})")->ends_with_client);
    CHECK_FALSE(submit("ReceiveMessage", R"({"QueueUrl":"q","WaitTimeSeconds":0})")->ends_with_client);
}

TEST_CASE_FIXTURE(AwsServiceFixture, "an unknown host is refused before anything is read") {
    const auto response = response_in(ask("SendMessage", "{", "attacker.example"));
    CHECK_EQ(response.status, 403);
    CHECK_EQ(response.content_type, "text/plain; charset=utf-8");
}

TEST_CASE_FIXTURE(AwsServiceFixture, "JSON that means much more than it is long is refused") {
    std::string body = R"({"QueueUrl":"q","a":[)";
    for (int i = 0; i < 100'000; ++i) body += "[],";
    body += "1]}";
    const auto response = response_in(ask("DeleteQueue", body));
    CHECK_EQ(response.status, 400);
    CHECK_NE(response.body.find("SerializationException"), std::string::npos);
}

}  // namespace tern::aws
