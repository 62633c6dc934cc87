#include "broker/engine/endpoint_queries.hpp"
#include "broker/engine/envelope.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/topic_rows.hpp"
#include "tests/unit/engine/fan_out_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct EndpointFixture : FanOutFixture {
    EndpointFixture() { create(); }

    AddEndpoint endpoint(const std::string& address, bool confirmed = true, const std::string& token = "") {
        AddEndpoint command{topic, "https", address, {}, confirmed, token};
        return command;
    }
    SubscriptionAdded add(const AddEndpoint& command) { return expect<SubscriptionAdded>(command); }
    std::vector<DurablePublication> waiting(const std::string& subscription) {
        std::vector<DurablePublication> publications;
        for (const auto& message : receive(described(subscription).queue))
            publications.push_back(read_durable_message(message.record).value());
        return publications;
    }
    Publication request(const std::string& token) {
        auto publication = publication_of("please confirm");
        publication.extras = std::make_shared<const PublicationExtras>(
            PublicationExtras{.token = token, .confirm_url = "http://here/?" + token});
        return publication;
    }
};

}  // namespace

TEST_CASE_FIXTURE(EndpointFixture,
                  "a confirmed endpoint's publications wait in a hidden queue, as its filter lets them") {
    auto command = endpoint("https://a");
    command.settings.filter_policy = R"({"x": ["1"]})";
    const auto added = add(command);
    auto wanted = publication_of("wanted");
    wanted.attributes = {{"x", "String", "1"}};

    publish_all({publication_of("other"), wanted});
    restart();

    const auto publications = waiting(added.subscription);
    REQUIRE_EQ(publications.size(), 1);
    CHECK_EQ(publications[0].stored.publication.data, "wanted");
    CHECK_EQ(publications[0].stored.publication.attributes.size(), 1);
    const auto shown = described(added.subscription);
    CHECK_EQ(shown.kind, SubscriptionKind::endpoint);
    CHECK_EQ(shown.protocol, "https");
    CHECK_EQ(shown.endpoint, "https://a");
    CHECK_EQ(shown.waiting, 1);
    CHECK_EQ(call(SendMessages{shown.queue, {{.body = "x"}}}).status, Errc::queue_does_not_exist);
}

TEST_CASE_FIXTURE(EndpointFixture, "an endpoint gets nothing but the request until it is confirmed") {
    auto command = endpoint("https://a", false, "t1");
    command.request = std::make_shared<const PublicationBatch>(PublicationBatch{request("t1")});
    const auto added = add(command);
    CHECK_FALSE(added.confirmed);
    CHECK_EQ(describe().unconfirmed, 1);
    publish("too early");

    const auto first = waiting(added.subscription);
    REQUIRE_EQ(first.size(), 1);
    CHECK_EQ(first[0].stored.publication.extras->token, "t1");
    CHECK_EQ(first[0].stored.publication.extras->confirm_url, "http://here/?t1");

    restart();
    CHECK_EQ(call(ConfirmEndpoint{topic, "wrong"}).status, Errc::subscription_does_not_exist);
    for (int round = 0; round < 2; ++round)
        CHECK_EQ(expect<SubscriptionAdded>(ConfirmEndpoint{topic, "t1"}).subscription, added.subscription);
    CHECK_EQ(describe().unconfirmed, 0);
    publish("in time");
    CHECK_EQ(waiting(added.subscription).at(0).stored.publication.data, "in time");
}

TEST_CASE_FIXTURE(EndpointFixture, "adding an unconfirmed endpoint again asks again, with the new token only") {
    auto command = endpoint("https://a", false, "t1");
    command.request = std::make_shared<const PublicationBatch>(PublicationBatch{request("t1")});
    const auto first = add(command);
    command.token = "t2";
    command.request = std::make_shared<const PublicationBatch>(PublicationBatch{request("t2")});

    const auto again = add(command);

    CHECK_EQ(again.subscription, first.subscription);
    CHECK_FALSE(again.created);
    CHECK_EQ(waiting(first.subscription).size(), 2);
    CHECK_EQ(call(ConfirmEndpoint{topic, "t1"}).status, Errc::subscription_does_not_exist);
    CHECK_EQ(call(ConfirmEndpoint{topic, "t2"}).status, Errc::ok);
    command.settings.raw = true;
    CHECK_EQ(call(command).status, Errc::subscription_exists);
}

TEST_CASE_FIXTURE(EndpointFixture, "an endpoint gets the body for its protocol, with that body's signature") {
    const auto added = add(endpoint("https://a"));
    PublicationExtras extras;
    extras.headline = "News";
    extras.bodies = {{"https", "for https", "signature for https"}, {"sqs", "for sqs", "signature for sqs"}};
    extras.id = MessageId{1, 2};
    extras.at = Timestamp(1'000);
    extras.signature_version = "1";
    extras.signature = "signature";
    auto publication = publication_of("for all");
    publication.extras = std::make_shared<const PublicationExtras>(extras);

    CHECK_EQ(publish(publication).id, MessageId{1, 2});

    CHECK_EQ(published.at(0).publication().data, "for all");
    const auto got = waiting(added.subscription).at(0).stored;
    CHECK_EQ(got.publication.data, "for https");
    CHECK_EQ(got.id, MessageId{1, 2});
    CHECK_EQ(got.publication.extras->headline, "News");
    CHECK_EQ(got.publication.extras->signature, "signature for https");
    CHECK_EQ(got.publication.extras->at, Timestamp(1'000));
}

TEST_CASE_FIXTURE(EndpointFixture,
                  "who delivers finds all endpoints of its protocols, each with all that it must know") {
    auto command = endpoint("https://a");
    command.settings.raw = true;
    command.settings.annotations = {{"DeliveryPolicy", "p"}};
    const auto a = add(command);
    auto mail = endpoint("a@b");
    mail.protocol = "email";
    add(mail);
    CHECK_EQ(call(SetTopic{topic, {}, {{"DeliveryPolicy", "of the topic"}}}).status, Errc::ok);

    const auto snapshot = store.begin_read();
    const auto found = list_endpoints(*snapshot, [](std::string_view protocol) { return protocol == "https"; });
    REQUIRE_EQ(found.size(), 1);
    const auto described = describe_endpoint(*snapshot, found[0]);
    REQUIRE(described.has_value());
    CHECK_EQ(described->topic, topic);
    CHECK_EQ(described->topic_annotations.at("DeliveryPolicy"), "of the topic");
    CHECK_EQ(described->subscription.subscription, a.subscription);
    CHECK_EQ(described->subscription.endpoint, "https://a");
    CHECK_EQ(described->subscription.annotations.at("DeliveryPolicy"), "p");
    CHECK(described->subscription.raw);
    CHECK_FALSE(describe_endpoint(*snapshot, {found[0].topic, 99}));
    CHECK_FALSE(describe_endpoint(*snapshot, farewells));
}

TEST_CASE_FIXTURE(EndpointFixture,
                  "an endpoint is told farewell by a queue that outlives its own, if it was confirmed") {
    const auto bye = std::make_shared<const PublicationBatch>(PublicationBatch{request("t9")});
    const auto a = add(endpoint("https://a"));
    const auto b = add(endpoint("https://b", false, "t"));

    for (const auto& subscription : {a, b})
        CHECK_EQ(call(RemoveSubscription{topic, subscription.subscription, bye}).status, Errc::ok);
    restart();

    const auto waiting_there = receive(hidden_names::farewell_queue());
    REQUIRE_EQ(waiting_there.size(), 1);
    const auto told = read_durable_message(waiting_there[0].record).value().stored;
    CHECK_EQ(told.publication.extras->farewell_endpoint, "https://a");
    CHECK_EQ(told.publication.extras->farewell_subscription, a.subscription);
    CHECK_EQ(told.publication.extras->topic_arn, topic_arn(topic));
    CHECK_EQ(envelope_type(*told.publication.extras), "UnsubscribeConfirmation");
    const auto snapshot = store.begin_read();
    const auto found = list_endpoints(*snapshot, [](std::string_view) { return true; });
    CHECK_EQ(found, std::vector<EndpointId>{farewells});
}

TEST_CASE_FIXTURE(EndpointFixture, "endpoints that cannot be are refused") {
    auto bad_protocol = endpoint("a");
    bad_protocol.protocol = "HTTP!";
    CHECK_EQ(call(bad_protocol).detail, "protocol");
    CHECK_EQ(call(endpoint("")).detail, "endpoint");
    CHECK_EQ(call(endpoint(std::string(2049, 'e'))).detail, "endpoint");
    CHECK_EQ(call(endpoint("a", false, "")).detail, "token");
    CHECK_EQ(call(endpoint("a", false, std::string(257, 't'))).detail, "token");
    auto bad_filter = endpoint("a");
    bad_filter.settings.filter_policy = "{";
    CHECK_EQ(call(bad_filter).status, Errc::filter_policy_invalid);
    CHECK_EQ(describe().subscriptions, 0);
}

TEST_CASE_FIXTURE(EndpointFixture, "removing an endpoint, or its topic, removes what waits for it") {
    const auto a = add(endpoint("https://a"));
    add(endpoint("https://b", false, "t"));
    publish("x");

    CHECK_EQ(call(RemoveSubscription{topic, a.subscription}).status, Errc::ok);
    CHECK_EQ(call(DeleteTopic{topic}).status, Errc::ok);
    idle();

    CHECK_EQ(rows(store::Table::queue_messages), 0);
    // The looks for expired messages of queues that are gone.
    advance(15 * 24h);
    CHECK_EQ(rows_left(), 0);
}

TEST_CASE_FIXTURE(EndpointFixture, "a subscription delivers into another namespace; a missing queue is no error") {
    const QueueName far{"111111111111/eu-west-1", "q"};
    CHECK_FALSE(describe().has_enveloped);
    AddSubscription command{topic, "q", {.raw = true}, far.namespace_name};
    CHECK_EQ(call(command).status, Errc::queue_does_not_exist);
    command.settings.queues_may_be_missing = true;
    command.settings.dead_letter_queue = "dead";
    const auto added = expect<SubscriptionAdded>(command);
    CHECK_EQ(expect<SubscriptionAdded>(command).subscription, added.subscription);
    make_queue("q");
    CHECK_FALSE(describe().has_enveloped);
    CHECK(expect<SubscriptionAdded>(AddSubscription{topic, "q", {}}).created);
    CHECK(describe().has_enveloped);

    CHECK_EQ(publish("nowhere").status, Errc::ok);
    make_queue("dead");
    CHECK_EQ(publish("to the dead").status, Errc::ok);
    REQUIRE_EQ(call(CreateQueue{far, {}, {}}).status, Errc::ok);
    restart();
    CHECK_EQ(publish("far away").status, Errc::ok);

    CHECK_EQ(bodies("dead"), Texts{"to the dead"});
    CHECK_EQ(bodies(far), Texts{"far away"});
    CHECK_EQ(described(added.subscription).queue, far);
    CHECK_EQ(described(added.subscription).failed, 2);
}

TEST_CASE_FIXTURE(EndpointFixture, "missing queues must have names that fit") {
    const auto with = [&](const std::string& queue, const std::string& dead) {
        return call(AddSubscription{topic, queue, {.dead_letter_queue = dead, .queues_may_be_missing = true}}).status;
    };
    CHECK_EQ(with("no name", ""), Errc::queue_does_not_exist);
    CHECK_EQ(with("q.fifo", ""), Errc::fifo_queue_on_standard_topic);
    CHECK_EQ(with("q", "dead.fifo"), Errc::subscription_setting_invalid);
    CHECK_EQ(with("q", "q"), Errc::subscription_setting_invalid);
    CHECK_EQ(with("q", "dead"), Errc::ok);
}

TEST_CASE("rows of topics and subscriptions of format 3 are read: they end earlier") {
    TopicRow topic;
    topic.topic = {"", "chat"};
    topic.storage = 1;
    SubscriptionRow subscription;
    subscription.name = "s";
    subscription.queue = "q";
    const auto topic_bytes = encode(topic);
    const auto subscription_bytes = encode(subscription);

    // Three counts; and a flag, four texts, a flag of an endpoint.
    const auto old_topic = decode_topic_row(BytesView(topic_bytes).substr(0, topic_bytes.size() - 12));
    const auto old = decode_subscription_row(BytesView(subscription_bytes).substr(0, subscription_bytes.size() - 22));

    REQUIRE(old_topic);
    CHECK(old_topic->annotations.empty());
    CHECK_EQ(old_topic->enveloped, 0);
    REQUIRE(old);
    CHECK_EQ(old->queue, "q");
    CHECK(old->confirmed);
    CHECK_FALSE(old->queue_namespace);
}
