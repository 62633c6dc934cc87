#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/frontends/deliveries/outgoing.hpp"

using namespace tern;
using namespace tern::deliveries;

namespace {

struct OutgoingFixture {
    OutgoingFixture() {
        endpoint.topic = {"", "news"};
        endpoint.subscription.subscription = "s-1";
        endpoint.subscription.endpoint = "http://127.0.0.1:80/hook";
        endpoint.subscription.protocol = "http";
        publication.subject = "news";
        publication.data = "hello";
    }

    /// As the engine puts it into the endpoint's queue.
    Bytes record() {
        publication.extras = std::make_shared<const engine::PublicationExtras>(extras);
        const engine::Published published{1,      4, Timestamp(1'000),
                                          {1, 2}, 0, std::make_shared<engine::PublicationBatch>(1, publication)};
        const auto attributes = engine::durable_attributes(published, "epoch", engine::encode(extras));
        engine::MessageRecord message;
        message.id = published.id;
        message.attributes = attributes;
        message.body = publication.data;
        Bytes bytes;
        engine::encode(message, bytes);
        return bytes;
    }
    Outgoing outgoing(bool known = true) { return Outgoing::read(record(), known ? &endpoint : nullptr).value(); }

    static std::string field(const Post& post, const std::string& name) {
        for (const auto& [known, value] : post.fields)
            if (known == name) return value;
        return "none";
    }

    engine::EndpointDescription endpoint;
    engine::Publication publication;
    engine::PublicationExtras extras;
};

}  // namespace

TEST_CASE_FIXTURE(OutgoingFixture, "a notification goes in its envelope, with SNS's header fields") {
    extras.headline = "News";
    extras.unsubscribe_url_base = "http://here/?SubscriptionArn=";

    const auto post = outgoing().post().value();

    CHECK_EQ(post.url.target, "/hook");
    CHECK_EQ(field(post, "x-amz-sns-message-type"), "Notification");
    CHECK_EQ(field(post, "x-amz-sns-message-id"), "00000000-0000-0001-0000-000000000002");
    CHECK_EQ(field(post, "x-amz-sns-topic-arn"), "arn:aws:sns:us-east-1:000000000000:news");
    CHECK_EQ(field(post, "x-amz-sns-subscription-arn"), "arn:aws:sns:us-east-1:000000000000:news:s-1");
    CHECK_EQ(field(post, "x-amz-sns-rawdelivery"), "none");
    CHECK_EQ(field(post, "Content-Type"), "text/plain; charset=UTF-8");
    CHECK_EQ(field(post, "User-Agent"), "Amazon Simple Notification Service Agent");
    CHECK(post.body.starts_with(R"({"Type":"Notification","MessageId":"00000000-0000-0001-0000-000000000002")"));
    CHECK(post.body.find(R"("Subject":"News","Message":"hello")") != std::string::npos);
    CHECK(post.body.find(R"("UnsubscribeURL":"http://here/?SubscriptionArn=s-1")") != std::string::npos);
}

TEST_CASE_FIXTURE(OutgoingFixture, "a raw notification is the data, and a field tells so") {
    endpoint.subscription.raw = true;
    endpoint.subscription.annotations["DeliveryPolicy"] =
        R"({"requestPolicy": {"headerContentType": "application/json"}})";

    const auto post = outgoing().post().value();

    CHECK_EQ(post.body, "hello");
    CHECK_EQ(field(post, "x-amz-sns-rawdelivery"), "true");
    CHECK_EQ(field(post, "Content-Type"), "application/json");
}

TEST_CASE_FIXTURE(OutgoingFixture,
                  "a request to confirm is never raw, names no subscription and leaves no dead letter") {
    endpoint.subscription.raw = true;
    endpoint.subscription.dead_letter_queue = "dead";
    endpoint.subscription.annotations["DeliveryPolicy"] = R"({"requestPolicy":{"headerContentType":"text/csv"}})";
    extras.token = "t";
    extras.confirm_url = "http://here/?t";

    const auto asked = outgoing();
    const auto post = asked.post().value();

    CHECK_EQ(field(post, "x-amz-sns-message-type"), "SubscriptionConfirmation");
    CHECK_EQ(field(post, "x-amz-sns-subscription-arn"), "none");
    CHECK_EQ(field(post, "Content-Type"), "text/plain; charset=UTF-8");
    CHECK(post.body.find(R"("Token":"t")") != std::string::npos);
    CHECK(post.body.find(R"("SubscribeURL":"http://here/?t")") != std::string::npos);
    CHECK_FALSE(asked.dead_letter_queue());
}

TEST_CASE_FIXTURE(OutgoingFixture, "a farewell knows by itself where it goes") {
    extras.token = "t";
    extras.topic_arn = "arn:aws:sns:eu-west-1:111111111111:news";
    extras.farewell_endpoint = "https://gone/hook";
    extras.farewell_subscription = "s-9";

    const auto post = outgoing(false).post().value();

    CHECK_EQ(post.url.host, "gone");
    CHECK_EQ(field(post, "x-amz-sns-message-type"), "UnsubscribeConfirmation");
    CHECK_EQ(field(post, "x-amz-sns-subscription-arn"), "arn:aws:sns:eu-west-1:111111111111:news:s-9");
    CHECK(post.body.find(R"("Type":"UnsubscribeConfirmation")") != std::string::npos);
}

TEST_CASE_FIXTURE(OutgoingFixture, "what belongs to no subscription any more is not sent, nor what is no publication") {
    CHECK_FALSE(Outgoing::read(record(), nullptr));
    CHECK_FALSE(Outgoing::read("garbage", &endpoint));
    endpoint.subscription.endpoint = "no url";
    CHECK_FALSE(outgoing().post());
}

TEST_CASE_FIXTURE(OutgoingFixture, "a dead letter is what a queue would have been given") {
    endpoint.subscription.dead_letter_queue = "dead";
    publication.attributes = {{"AWS.SNS.MOBILE.TTL", "String", "1"}, {"colour", "String", "red"}};

    CHECK_EQ(outgoing().dead_letter_queue()->name, "dead");
    CHECK(outgoing().dead_letter().body.starts_with(R"({"Type":"Notification")"));
    CHECK(outgoing().dead_letter().attributes.empty());
    endpoint.subscription.raw = true;
    CHECK_EQ(outgoing().dead_letter().body, "hello");
    // A message cannot have the other one.
    REQUIRE_EQ(outgoing().dead_letter().attributes.size(), 1);
    CHECK_EQ(outgoing().dead_letter().attributes.at(0).value, "red");
}

TEST_CASE("statuses: 2xx is delivered, 429 and 5xx pass, all else stays") {
    CHECK_EQ(verdict_of_status(200), Verdict::delivered);
    CHECK_EQ(verdict_of_status(204), Verdict::delivered);
    for (const unsigned status : {429u, 500u, 503u}) CHECK_EQ(verdict_of_status(status), Verdict::failed_for_now);
    for (const unsigned status : {301u, 400u, 404u, 410u})
        CHECK_EQ(verdict_of_status(status), Verdict::failed_for_good);
}
