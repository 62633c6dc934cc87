#include "tests/unit/engine/fan_out_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

PublicationExtras signed_extras() {
    PublicationExtras extras;
    extras.headline = "A \"headline\"";
    extras.id = MessageId{0x0123456789abcdef, 0xfedcba9876543210};
    extras.at = Timestamp(1'767'225'600'007);
    extras.signature_version = "1";
    extras.signature = "c2ln";
    extras.certificate_url = "http://here/cert.pem";
    extras.unsubscribe_url_base = "http://here/?Action=Unsubscribe&SubscriptionArn=arn:chat:";
    return extras;
}

}  // namespace

TEST_CASE_FIXTURE(FanOutFixture,
                  "what a front end signs comes in SNS's envelope, with the subscription's own address") {
    create();
    make_queue("a");
    make_queue("b");
    const auto a = added("a");
    const auto b = added("b");
    auto publication = publication_of("hello");
    publication.extras = std::make_shared<const PublicationExtras>(signed_extras());

    publish(publication);

    const auto expected = [](const std::string& subscription) {
        return R"({"Type":"Notification","MessageId":"01234567-89ab-cdef-fedc-ba9876543210",)"
               R"("TopicArn":"arn:aws:sns:us-east-1:000000000000:chat","Subject":"A \"headline\"",)"
               R"("Message":"hello","Timestamp":"2026-01-01T00:00:00.007Z","SignatureVersion":"1",)"
               R"("Signature":"c2ln","SigningCertURL":"http://here/cert.pem",)"
               R"("UnsubscribeURL":"http://here/?Action=Unsubscribe&SubscriptionArn=arn:chat:)" +
               subscription + "\"}";
    };
    CHECK_EQ(bodies("a"), Texts{expected(a)});
    CHECK_EQ(bodies("b"), Texts{expected(b)});
}

TEST_CASE_FIXTURE(FanOutFixture, "a queue gets the body for sqs, in the envelope with its signature, raw without") {
    create();
    make_queue("whole");
    make_queue("raw");
    added("whole");
    added("raw", {.raw = true});
    auto extras = signed_extras();
    extras.bodies = {{"sqs", "for queues", "b3RoZXI="}};
    auto publication = publication_of("default");
    publication.extras = std::make_shared<const PublicationExtras>(extras);

    publish(publication);

    CHECK_EQ(bodies("raw"), Texts{"for queues"});
    const auto whole = bodies("whole").at(0);
    CHECK_NE(whole.find(R"("Message":"for queues")"), std::string::npos);
    CHECK_NE(whole.find(R"("Signature":"b3RoZXI=")"), std::string::npos);
}

TEST_CASE_FIXTURE(FanOutFixture, "the envelope of a FIFO topic has a sequence number and no signature") {
    topic.name = "steps.fifo";
    create({.fifo = true});
    make_queue("q.fifo", {.fifo = true});
    added("q.fifo");
    auto publication = publication_of("x");
    publication.group_id = "g";
    publication.deduplication_id = "d";
    publication.extras = std::make_shared<const PublicationExtras>(signed_extras());

    publish(publication);

    const auto body = bodies("q.fifo").at(0);
    CHECK_NE(body.find(R"("SequenceNumber":"00000000000000000001")"), std::string::npos);
    CHECK_EQ(body.find("Sign"), std::string::npos);
}

TEST_CASE("extras are read back as they were, and damaged ones are not") {
    auto extras = signed_extras();
    extras.bodies = {{"http", "a", "b"}, {"email", "c", ""}};
    extras.token = "t";
    const auto bytes = encode(extras);

    const auto read = decode_extras(bytes).value();

    CHECK_EQ(read.headline, extras.headline);
    CHECK_EQ(read.id, extras.id);
    CHECK_EQ(read.at, extras.at);
    CHECK_EQ(read.body_for("email")->body, "c");
    CHECK_EQ(read.body_for("sms"), nullptr);
    CHECK_EQ(read.token, "t");
    CHECK_FALSE(read.structured);
    extras.structured = true;
    CHECK(decode_extras(encode(extras)).value().structured);
    CHECK_FALSE(decode_extras(BytesView(bytes).substr(0, bytes.size() - 1)));
}
