#include "tests/unit/engine/fan_out_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

TEST_CASE_FIXTURE(FanOutFixture, "subscribed queues get what is published, those with a pattern what it matches") {
    create();
    make_queue("all");
    make_queue("rooms");
    added("all", {.raw = true});
    const auto rooms = added("rooms", {.pattern = "chat.room.*", .raw = true});

    publish_all({publication_of("1"), publication_of("2", "chat.room.7"), publication_of("3", "chat.room.7.x")});

    CHECK_EQ(bodies("all"), Texts{"1", "2", "3"});
    CHECK_EQ(bodies("rooms"), Texts{"2"});
    CHECK_EQ(described(rooms).delivered, 1);
    CHECK_EQ(describe().subscriptions, 2);
}

TEST_CASE_FIXTURE(FanOutFixture, "a filter policy holds back what does not match, also after a restart") {
    create();
    make_queue("red");
    added("red", {.filter_policy = R"({"colour": ["red"]})", .raw = true});
    const auto coloured = [&](const std::string& data, const std::string& colour) {
        auto publication = publication_of(data);
        publication.attributes = {{"colour", "String", colour}};
        return publication;
    };

    publish_all({coloured("1", "red"), coloured("2", "blue"), publication_of("3")});
    restart();
    publish_all({coloured("4", "red"), coloured("5", "blue")});

    CHECK_EQ(bodies("red"), Texts{"1", "4"});
}

TEST_CASE_FIXTURE(FanOutFixture, "the envelope is JSON with what SNS tells") {
    topic.namespace_name = "123456789012/eu-west-1";
    create();
    REQUIRE_EQ(call(CreateQueue{{topic.namespace_name, "q"}, {}, {}}).status, Errc::ok);
    added("q");
    auto publication = publication_of("say \"hi\"\n\xC3\xA4", "chat.room");
    publication.attributes = {{"n", "Number", "1"}, {"b", "Binary", Bytes("\0\1", 2)}};

    publish(publication);

    const auto message = receive({topic.namespace_name, "q"}).at(0);
    const auto record = decode_message(message.record).value();
    std::string body(record.body);
    const auto id = body.find("\"MessageId\":\"");
    REQUIRE_NE(id, std::string::npos);
    body.replace(id + 13, 36, "ID");
    CHECK_EQ(body, R"({"Type":"Notification","MessageId":"ID",)"
                   R"("TopicArn":"arn:aws:sns:eu-west-1:123456789012:chat","SubjectPath":"chat.room",)"
                   "\"Message\":\"say \\\"hi\\\"\\n\xC3\xA4\","
                   R"("Timestamp":"2023-11-14T22:13:20.000Z",)"
                   R"("MessageAttributes":{"n":{"Type":"Number","Value":"1"},"b":{"Type":"Binary","Value":"AAE="}}})");
    CHECK(record.attributes.empty());
}

TEST_CASE_FIXTURE(FanOutFixture, "data that is not UTF-8 is put into the envelope in base64") {
    create();
    make_queue("q");
    added("q");

    publish(publication_of("\xFF\xFE"));

    CHECK_NE(bodies("q").at(0).find(R"("Message":"//4=","MessageEncoding":"base64")"), std::string::npos);
}

TEST_CASE_FIXTURE(FanOutFixture, "raw delivery passes attributes on; more than ten go to the dead-letter queue") {
    create();
    make_queue("q");
    make_queue("dead");
    const auto subscription = added("q", {.raw = true, .dead_letter_queue = "dead"});
    auto publication = publication_of("x");
    for (std::uint64_t i = 0; i < 10; ++i) publication.attributes.push_back({numbered("a", i), "String", "v"});

    publish(publication);
    publication.attributes.push_back({"b", "String", "v"});
    CHECK_EQ(publish(publication).status, Errc::ok);

    const auto received = receive({"", "q"});
    REQUIRE_EQ(received.size(), 1);
    CHECK_EQ(decode_attributes(decode_message(received[0].record)->attributes).size(), 10);
    CHECK_EQ(bodies("dead").size(), 1);
    CHECK_EQ(described(subscription).delivered, 1);
    CHECK_EQ(described(subscription).failed, 1);
}

TEST_CASE_FIXTURE(FanOutFixture, "attributes with a reserved name are in the envelope, and in no message") {
    create();
    make_queue("raw");
    make_queue("enveloped");
    added("raw", {.raw = true});
    added("enveloped");
    auto publication = publication_of("x");
    publication.attributes = {{"AWS.SNS.SMS.SMSType", "String", "Transactional"}, {"a", "String", "v"}};

    CHECK_EQ(publish(publication).status, Errc::ok);

    const auto received = receive({"", "raw"});  // its bytes are what the attributes point into
    const auto attributes = decode_attributes(decode_message(received.at(0).record)->attributes);
    REQUIRE_EQ(attributes.size(), 1);
    CHECK_EQ(attributes[0].name, "a");
    CHECK_NE(bodies("enveloped").at(0).find("AWS.SNS.SMS.SMSType"), std::string::npos);
}

TEST_CASE_FIXTURE(FanOutFixture, "a queue gets the trace header along") {
    create();
    make_queue("q");
    added("q");
    PublicationExtras extras;
    extras.trace_header = "Root=1";
    auto publication = publication_of("x");
    publication.extras = std::make_shared<const PublicationExtras>(extras);

    publish(publication);

    CHECK_EQ(decode_message(receive({"", "q"}).at(0).record)->trace_header, "Root=1");
}

TEST_CASE_FIXTURE(FanOutFixture, "a FIFO topic keeps its groups from standard queues, a standard topic does not") {
    create();
    make_queue("q");
    added("q");
    auto publication = publication_of("x");
    publication.group_id = "g";
    publish(publication);
    CHECK_EQ(decode_message(receive({"", "q"}).at(0).record)->group_id, "g");

    topic.name = "orders.fifo";
    create({.fifo = true, .content_based_deduplication = true});
    make_queue("standard");
    added("standard");
    publication.subject = topic.name;
    publish(publication);
    CHECK_EQ(decode_message(receive({"", "standard"}).at(0).record)->group_id, "");
}

TEST_CASE_FIXTURE(FanOutFixture, "deduplication ids count within their group where the publisher says so") {
    topic.name = "orders.fifo";
    create({.fifo = true});
    const auto published = [&](const char* group, bool by_group) {
        auto publication = publication_of("x");
        publication.group_id = group;
        publication.deduplication_id = "d";
        Publish command{topic, std::make_shared<const PublicationBatch>(PublicationBatch{publication})};
        command.deduplicated_by_group = by_group;
        return expect<PublishResults>(command).results.at(0);
    };

    const auto first = published("g", true);
    CHECK_FALSE(published("h", true).duplicate);
    CHECK(published("g", true).duplicate);
    CHECK_EQ(published("g", true).id, first.id);
    CHECK_FALSE(published("h", false).duplicate);
    CHECK(published("g", false).duplicate);
}

TEST_CASE_FIXTURE(FanOutFixture, "a missing queue or one that cannot take the message does not trouble the publisher") {
    create();
    make_queue("gone");
    make_queue("small", {.message_bytes_max = 1024});
    make_queue("dead");
    added("gone", {.raw = true, .dead_letter_queue = "dead"});
    const auto small = added("small", {.raw = true});
    call(DeleteQueue{{"", "gone"}});

    CHECK_EQ(publish(Bytes(2000, 'x')).status, Errc::ok);

    CHECK_EQ(bodies("dead"), Texts{Bytes(2000, 'x')});
    CHECK(bodies("small").empty());
    CHECK_EQ(described(small).failed, 1);
}

TEST_CASE_FIXTURE(FanOutFixture, "a FIFO topic passes group and deduplication id on") {
    topic.name = "orders.fifo";
    create({.fifo = true, .content_based_deduplication = true});
    make_queue("q.fifo", {.fifo = true});
    make_queue("plain");
    added("q.fifo", {.raw = true});
    added("plain");
    auto publication = publication_of("x");
    publication.group_id = "group";

    publish(publication);

    const auto received = receive({"", "q.fifo"});
    const auto record = decode_message(received.at(0).record).value();
    CHECK_EQ(record.group_id, "group");
    CHECK_EQ(record.deduplication_id.size(), 64);
    CHECK_NE(bodies("plain").at(0).find(R"("SequenceNumber":"00000000000000000001")"), std::string::npos);
}

TEST_CASE_FIXTURE(FanOutFixture, "parked receives are fed by a publish") {
    create();
    make_queue("q");
    added("q", {.raw = true});
    CHECK(run({ReceiveMessages{{"", "q"}, 1, {}, 20s, {}}}).empty());

    const auto batch = std::make_shared<const PublicationBatch>(PublicationBatch{publication_of("hello")});
    const auto completions = run({Publish{topic, batch}});

    REQUIRE_EQ(completions.size(), 2);
    CHECK_EQ(std::get<Messages>(completions[1].answer.body).messages.size(), 1);
}

TEST_CASE_FIXTURE(FanOutFixture, "adding a subscription is idempotent by queue") {
    create();
    make_queue("q");
    const auto first = added("q", {.pattern = "chat.a"});

    const auto again = expect<SubscriptionAdded>(AddSubscription{topic, "q", {.pattern = "chat.a"}});
    CHECK_EQ(again.subscription, first);
    CHECK_FALSE(again.created);

    const auto other = subscribe("q", {.pattern = "chat.b"});
    CHECK_EQ(other.status, Errc::subscription_exists);
    CHECK_EQ(other.detail, "pattern");
}

TEST_CASE_FIXTURE(FanOutFixture, "subscriptions that cannot be are refused") {
    create();
    make_queue("q");
    make_queue("q.fifo", {.fifo = true});
    struct Case {
        std::string queue;
        SubscriptionSettingsChange settings;
        Errc status;
    };
    const std::vector<Case> cases = {
        {"none", {}, Errc::queue_does_not_exist},
        {"q.fifo", {}, Errc::fifo_queue_on_standard_topic},
        {"q", {.pattern = "other.x"}, Errc::pattern_invalid},
        {"q", {.pattern = "chat.>.x"}, Errc::pattern_invalid},
        {"q", {.filter_policy = "{"}, Errc::filter_policy_invalid},
        {"q", {.filter_policy = R"({"a": {"b": ["c"]}})"}, Errc::filter_policy_invalid},
        {"q", {.dead_letter_queue = "q"}, Errc::subscription_setting_invalid},
        {"q", {.dead_letter_queue = "none"}, Errc::subscription_setting_invalid},
        {"q", {.dead_letter_queue = "q.fifo"}, Errc::subscription_setting_invalid},
    };
    for (const auto& [queue, settings, status] : cases) {
        CAPTURE(queue);
        const auto answer = subscribe(queue, settings);
        CHECK_EQ(answer.status, status);
        if (status == Errc::filter_policy_invalid) CHECK_FALSE(answer.detail.empty());
    }
    CHECK_EQ(describe().subscriptions, 0);
    CHECK_EQ(call(AddSubscription{{"", "none"}, "q", {}}).status, Errc::topic_does_not_exist);
}

TEST_CASE_FIXTURE(FanOutFixture, "a subscription is changed and removed") {
    create();
    make_queue("q");
    const auto subscription = added("q", {.pattern = "chat.a", .raw = true});

    call(SetSubscription{topic, subscription, {.pattern = "", .filter_policy = R"({"x": ["1"]})"}});
    auto publication = publication_of("1");
    publication.attributes = {{"x", "String", "1"}};
    publish_all({publication, publication_of("2", "chat.a")});
    call(SetSubscription{topic, subscription, {.filter_policy = "{ }"}});
    CHECK_EQ(described(subscription).filter_policy, "");
    publish("3");
    CHECK_EQ(call(RemoveSubscription{topic, subscription}).status, Errc::ok);
    publish("4");

    CHECK_EQ(bodies("q"), Texts{"1", "3"});
    CHECK_EQ(call(RemoveSubscription{topic, subscription}).status, Errc::subscription_does_not_exist);
    CHECK_EQ(rows(store::Table::subscriptions) + rows(store::Table::subscription_counters), 0);
}

TEST_CASE("a topic has as many subscriptions as the broker's setting allows") {
    FanOutFixture fixture({.subscriptions_per_topic_max = 1});
    fixture.create();
    fixture.make_queue("a");
    fixture.make_queue("b");
    fixture.added("a");

    CHECK_EQ(fixture.subscribe("b").status, Errc::too_many_subscriptions);
    CHECK_EQ(fixture.call(OpenDurable{fixture.topic, "d", {}, {}, 0}).status, Errc::too_many_subscriptions);
}

TEST_CASE_FIXTURE(FanOutFixture, "subscriptions are listed page by page") {
    create();
    for (const auto* name : {"a", "b", "c"}) {
        make_queue(name);
        added(name);
    }

    const auto first = list_subscriptions(*store.begin_read(), now, topic, {2, {}});
    REQUIRE(first.has_value());
    REQUIRE_EQ(first->subscriptions.size(), 2);
    const auto second = list_subscriptions(*store.begin_read(), now, topic, {2, first->next_token});
    REQUIRE_EQ(second->subscriptions.size(), 1);
    CHECK_EQ(second->subscriptions[0].queue.name, "c");
    CHECK(second->next_token.empty());
}
