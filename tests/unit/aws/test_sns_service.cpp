#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/aws/aws_service.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::aws {
namespace {

/// SNS without sockets: commands are given to an engine of the test's own, on the store that the service reads.
struct SnsServiceFixture {
    admin::HttpStep ask(const std::string& form) {
        admin::HttpRequest request;
        request.method = "POST";
        request.path = "/";
        request.host = "h";
        request.fields = {{"Host", "h:1"}, {"Content-Type", "application/x-www-form-urlencoded"}};
        request.body = "Version=2010-03-31&" + form;
        return service.begin(std::move(request));
    }
    engine::Answer execute(const engine::Command& command) {
        std::vector<engine::Completion> completions;
        const auto transaction = memory.begin_write();
        engine.begin_batch(*transaction, Timestamp(1'700'000'000'000), random);
        engine.apply({0, 1, 1}, command, completions);
        engine.end_batch();
        transaction->commit();
        REQUIRE_EQ(completions.size(), 1);
        return std::move(completions.front().answer);
    }
    std::unique_ptr<admin::Submission> submission(const std::string& form) {
        auto step = ask(form);
        REQUIRE(std::holds_alternative<std::unique_ptr<admin::Submission>>(step));
        return std::get<std::unique_ptr<admin::Submission>>(std::move(step));
    }
    /// Goes through all steps to the answer.
    admin::HttpResponse answer(const std::string& form) {
        auto step = ask(form);
        while (auto* const next = std::get_if<std::unique_ptr<admin::Submission>>(&step)) {
            const auto taken = std::move(*next);
            step = taken->then(execute(taken->command));
        }
        REQUIRE(std::holds_alternative<admin::HttpResponse>(step));
        return std::get<admin::HttpResponse>(std::move(step));
    }
    /// The extras of what a Publish sends to the engine.
    engine::PublicationExtras extras_of(const std::string& form) {
        const auto taken = submission("Action=Publish&TopicArn=" + topic + form);
        const auto& command = std::get<engine::Publish>(taken->command);
        return *command.batch->at(0).extras;
    }

    const std::string topic = "arn:aws:sns:us-east-1:000000000000:t";
    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    runtime::LocalBroker broker{memory, random, log, {}};
    engine::Engine engine{engine::EngineLimits{}};
    AwsService service{broker, {}};
};

}  // namespace

TEST_CASE_FIXTURE(SnsServiceFixture, "a topic made by SNS keeps no history") {
    const auto response = answer("Action=CreateTopic&Name=t");

    CHECK_EQ(response.status, 200);
    CHECK_NE(response.body.find("<TopicArn>" + topic + "</TopicArn>"), std::string::npos);
    const auto described = engine::describe_topic(*memory.begin_read(), {"", "t"}, {});
    REQUIRE(described.has_value());
    CHECK_FALSE(described->settings.history);
}

TEST_CASE_FIXTURE(SnsServiceFixture, "only what somebody will look at is signed") {
    answer("Action=CreateTopic&Name=t");
    CHECK(extras_of("&Message=x").signature.empty());
    execute(engine::CreateQueue{{"", "q"}, {}, {}});
    const auto subscribe =
        "Action=Subscribe&Protocol=sqs&Endpoint=arn:aws:sqs:us-east-1:000000000000:q&TopicArn=" + topic;
    answer(subscribe + "&Attributes.entry.1.key=RawMessageDelivery&Attributes.entry.1.value=true");
    CHECK(extras_of("&Message=x").signature.empty());

    execute(engine::CreateQueue{{"", "r"}, {}, {}});
    answer("Action=Subscribe&Protocol=sqs&Endpoint=arn:aws:sqs:us-east-1:000000000000:r&TopicArn=" + topic);

    const auto extras = extras_of("&Message=x&Subject=s");
    CHECK_FALSE(extras.signature.empty());
    CHECK_EQ(extras.signature_version, "1");
    CHECK_EQ(extras.headline, "s");
    CHECK(extras.certificate_url.starts_with("http://h:1/SimpleNotificationService-"));
    CHECK_EQ(extras.unsubscribe_url_base, "http://h:1/?Action=Unsubscribe&SubscriptionArn=" + topic + ":");
}

TEST_CASE_FIXTURE(SnsServiceFixture,
                  "bodies are kept for protocols that exist, and signed where signatures are looked at") {
    answer("Action=CreateTopic&Name=t");
    answer("Action=Subscribe&Protocol=sms&Endpoint=%2B15551234567&TopicArn=" + topic);

    const auto extras = extras_of(
        "&MessageStructure=json&Message=%7B%22default%22:%22d%22,%22sqs%22:%22q%22,%22email%22:%22e%22,%22x%22:%22y%22%"
        "7D");

    REQUIRE_EQ(extras.bodies.size(), 2);
    CHECK_FALSE(extras.body_for("sqs")->signature.empty());
    CHECK(extras.body_for("email")->signature.empty());
}

TEST_CASE_FIXTURE(SnsServiceFixture, "an http endpoint is asked to confirm, in its queue, with a signed request") {
    answer("Action=CreateTopic&Name=t");

    const auto response = answer("Action=Subscribe&Protocol=http&Endpoint=http://a/&TopicArn=" + topic);

    CHECK_NE(response.body.find("<SubscriptionArn>pending confirmation</SubscriptionArn>"), std::string::npos);
    const auto page = engine::list_subscriptions(*memory.begin_read(), {}, {"", "t"}, {});
    REQUIRE(page.has_value());
    const auto& subscription = page->subscriptions.at(0);
    CHECK_EQ(subscription.waiting, 1);
    const auto received =
        std::get<engine::Messages>(execute(engine::ReceiveMessages{subscription.queue, 1, {}, {}, {}}).body);
    const auto request = engine::read_durable_message(received.messages.at(0).record).value().stored;
    CHECK_EQ(request.publication.extras->token, subscription.token);
    CHECK_FALSE(request.publication.extras->signature.empty());
    CHECK_EQ(request.publication.extras->confirm_url,
             "http://h:1/?Action=ConfirmSubscription&TopicArn=" + topic + "&Token=" + subscription.token);
}

TEST_CASE_FIXTURE(SnsServiceFixture, "unsubscribing leaves a durable subscription of the native protocol alone") {
    answer("Action=CreateTopic&Name=t");
    execute(engine::OpenDurable{{"", "t"}, "mine", {}, {}, 0});

    CHECK_EQ(answer("Action=Unsubscribe&SubscriptionArn=" + topic + ":mine").status, 200);

    CHECK(engine::describe_subscription(*memory.begin_read(), {"", "t"}, "mine").has_value());
    CHECK_EQ(answer("Action=GetSubscriptionAttributes&SubscriptionArn=" + topic + ":mine").status, 404);
}

}  // namespace tern::aws
