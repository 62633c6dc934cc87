#include "tests/unit/engine/topic_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

struct DurableFixture : TopicFixture {
    TopicOpened open(SubscriptionSettingsChange settings = {}, std::optional<Milliseconds> ack_wait = {},
                     std::uint32_t deliveries_max = 0) {
        return expect<TopicOpened>(OpenDurable{topic, "worker", std::move(settings), ack_wait, deliveries_max});
    }
    std::vector<ReceivedMessage> receive(const QueueName& queue, std::optional<Milliseconds> visibility = {}) {
        return expect<Messages>(ReceiveMessages{queue, 10, visibility, {}, {}}).messages;
    }
    SubscriptionDescription described() {
        const auto page = list_subscriptions(*store.begin_read(), now, topic, {});
        REQUIRE(page.has_value());
        REQUIRE_EQ(page->subscriptions.size(), 1);
        return page->subscriptions.front();
    }
};

}  // namespace

TEST_CASE_FIXTURE(DurableFixture, "a durable subscription keeps what is published from its opening on") {
    publish("before");
    const auto opened = open();
    auto publication = publication_of("after", "chat.room");
    publication.attributes = {{"colour", "String", "red"}};
    const auto result = publish(publication);
    restart();

    const auto messages = receive(opened.durable_queue);

    REQUIRE_EQ(messages.size(), 1);
    const auto durable = read_durable_message(messages[0].record);
    REQUIRE(durable);
    CHECK_EQ(durable->stored.offset, 1);
    CHECK_EQ(durable->stored.id, result.id);
    CHECK_EQ(durable->stored.at, now);
    CHECK_EQ(durable->epoch, describe().epoch);
    CHECK_EQ(durable->stored.publication.subject, "chat.room");
    CHECK_EQ(durable->stored.publication.data, "after");
    REQUIRE_EQ(durable->stored.publication.attributes.size(), 1);
    CHECK_EQ(durable->stored.publication.attributes[0].name, "colour");
}

TEST_CASE_FIXTURE(DurableFixture, "what is not acknowledged comes again, what is does not") {
    const auto queue = open({}, 5s).durable_queue;
    publish_all({publication_of("1"), publication_of("2")});
    const auto first = receive(queue);
    REQUIRE_EQ(first.size(), 2);
    call(DeleteMessages{queue, {first[0].receipt_handle}});
    CHECK_EQ(described().waiting, 1);

    advance(5s);

    const auto again = receive(queue);
    REQUIRE_EQ(again.size(), 1);
    CHECK_EQ(again[0].receive_count, 2);
    CHECK_EQ(read_durable_message(again[0].record)->stored.publication.data, "2");
}

TEST_CASE_FIXTURE(DurableFixture, "the dead letters of a FIFO topic's durable subscription go to a FIFO queue") {
    topic.name = "steps.fifo";
    create({.fifo = true, .content_based_deduplication = true});
    call(CreateQueue{{"", "dead.fifo"}, {.fifo = true}, {}});
    call(CreateQueue{{"", "dead"}, {}, {}});
    const OpenDurable with_standard{topic, "worker", {.dead_letter_queue = "dead"}, 1s, 0};
    CHECK_EQ(call(with_standard).status, Errc::subscription_setting_invalid);
    const auto queue = open({.dead_letter_queue = "dead.fifo"}, 1s, 1).durable_queue;
    auto step = publication_of("step");
    step.group_id = "order-17";
    publish(step);
    receive(queue);
    advance(1s);

    receive(queue);

    CHECK_EQ(receive({"", "dead.fifo"}, 0s).size(), 1);
}

TEST_CASE_FIXTURE(DurableFixture, "what is given up goes where the subscription's dead letters go now") {
    for (const auto* name : {"old", "new"}) call(CreateQueue{{"", name}, {}, {}});
    const auto queue = open({.dead_letter_queue = "old"}, 1s, 1).durable_queue;
    const auto give_up = [&](const char* data) {
        publish(data);
        receive(queue);
        advance(1s);
        return receive(queue).size();
    };

    CHECK_EQ(call(SetSubscription{topic, "worker", {.dead_letter_queue = "new"}}).status, Errc::ok);
    CHECK_EQ(give_up("first"), 0);
    CHECK_EQ(receive({"", "new"}).size(), 1);
    CHECK_EQ(list_dead_letter_sources(*store.begin_read(), {"", "old"}, {})->names.size(), 0);
    CHECK_EQ(call(SetSubscription{topic, "worker", {.dead_letter_queue = ""}}).status, Errc::ok);
    CHECK_EQ(give_up("second"), 1);

    CHECK_EQ(receive({"", "old"}).size(), 0);
}

TEST_CASE_FIXTURE(DurableFixture, "too many deliveries lead to the dead-letter queue in the topic's namespace") {
    topic.namespace_name = "shop";
    call(CreateQueue{{"shop", "dead"}, {}, {}});
    const auto queue = open({.dead_letter_queue = "dead"}, 1s, 2).durable_queue;
    publish("bad");
    for (int delivery = 0; delivery < 3; ++delivery) {
        receive(queue);
        advance(1s);
    }

    const auto dead = receive({"shop", "dead"}, 0s);
    REQUIRE_EQ(dead.size(), 1);
    const auto attributes = decode_attributes(decode_message(dead[0].record)->attributes);
    CHECK_EQ(attributes.at(0).name, "tern.subject");
    CHECK_EQ(attributes.at(0).value, "chat");

    const auto move = call(StartMove{{"shop", "dead"}, {}, {}});
    REQUIRE_EQ(move.status, Errc::ok);
    advance(1s);
    CHECK_EQ(receive(queue).size(), 1);
    CHECK(list_dead_letter_sources(*store.begin_read(), {"shop", "dead"}, {})->names.empty());
}

TEST_CASE_FIXTURE(DurableFixture, "opening again finds it, and changes what is named") {
    const auto first = open({.pattern = "chat.a"}, 5s);
    const auto again = open({}, 7s);
    CHECK_EQ(again.durable_queue, first.durable_queue);
    CHECK_EQ(described().pattern, "chat.a");
    CHECK_EQ(describe_queue(*store.begin_read(), now, first.durable_queue)->settings.visibility_timeout, 7s);

    open({.pattern = "chat.b"});
    publish_all({publication_of("1", "chat.a"), publication_of("2", "chat.b")});
    CHECK_EQ(described().waiting, 1);
}

TEST_CASE_FIXTURE(DurableFixture, "opening what cannot be is refused, and makes no topic") {
    struct Case {
        OpenDurable command;
        Errc status;
    };
    const std::vector<Case> cases = {
        {{topic, "", {}, {}, 0}, Errc::durable_name_invalid},
        {{topic, "a.b", {}, {}, 0}, Errc::durable_name_invalid},
        {{topic, "a", {}, 500ms, 0}, Errc::subscription_setting_invalid},
        {{topic, "a", {}, {}, 1001}, Errc::subscription_setting_invalid},
        {{topic, "a", {.pattern = "x"}, {}, 0}, Errc::pattern_invalid},
        {{topic, "a", {.dead_letter_queue = "none"}, {}, 1}, Errc::subscription_setting_invalid},
        {{{"", "a/b"}, "a", {}, {}, 0}, Errc::topic_name_invalid},
    };
    for (const auto& [command, status] : cases) CHECK_EQ(call(command).status, status);
    CHECK_EQ(count_topics(*store.begin_read()), 0);
}

TEST_CASE_FIXTURE(DurableFixture, "the queue of a durable subscription is hidden from users") {
    const auto queue = open().durable_queue;
    const auto hidden = engine::SendMessages{queue, {NewMessage{.body = "x"}}};

    CHECK_EQ(call(hidden).status, Errc::queue_does_not_exist);
    CHECK_EQ(call(DeleteQueue{queue}).status, Errc::queue_does_not_exist);
    CHECK_EQ(call(PurgeQueue{queue}).status, Errc::queue_does_not_exist);
    CHECK_EQ(count_queues(*store.begin_read()), 0);
    CHECK_EQ(count_streams(*store.begin_read()), 0);
    CHECK_EQ(call(DeleteStream{{"~topic/", "chat"}}).status, Errc::stream_does_not_exist);
}

TEST_CASE_FIXTURE(DurableFixture, "removing a durable subscription ends those who wait on it") {
    const auto queue = open().durable_queue;
    CHECK(run({ReceiveMessages{queue, 1, {}, 20s, {}}}).empty());

    const auto completions = run({RemoveSubscription{topic, "worker"}});

    REQUIRE_EQ(completions.size(), 2);
    CHECK_EQ(completions[0].answer.status, Errc::queue_does_not_exist);
    CHECK_EQ(completions[1].answer.status, Errc::ok);
    idle();
    CHECK_EQ(rows(store::Table::queues), 0);
}

TEST_CASE_FIXTURE(DurableFixture, "a durable subscription of a FIFO topic keeps the order of each group") {
    topic.name = "orders.fifo";
    create({.fifo = true, .content_based_deduplication = true});
    const auto queue = open({}, 5s).durable_queue;
    auto publication = publication_of("1");
    publication.group_id = "group";
    publish(publication);
    publication.data.assign(1, '2');
    publish(publication);

    const auto first = expect<Messages>(ReceiveMessages{queue, 1, {}, {}, {}}).messages;
    CHECK_EQ(read_durable_message(first.at(0).record)->stored.publication.data, "1");
    CHECK(expect<Messages>(ReceiveMessages{queue, 1, {}, {}, {}}).messages.empty());
    call(DeleteMessages{queue, {first[0].receipt_handle}});
    CHECK_EQ(receive(queue).size(), 1);
}

TEST_CASE("a deleted topic is removed in bounded steps, with all that belongs to it") {
    DurableFixture fixture;
    const auto empty = fixture.rows_left();
    fixture.create({.retained = true});
    fixture.audited = false;
    for (std::uint64_t i = 0; i < 400; ++i) fixture.publish(fixture.publication_of("x", numbered("chat.", i)));
    for (std::uint64_t i = 0; i < 400; ++i) fixture.call(OpenDurable{fixture.topic, numbered("d", i), {}, {}, 0});
    fixture.publish(fixture.publication_of("x", "chat.all"));
    fixture.audited = true;
    const auto id = fixture.describe().id;

    CHECK_EQ(fixture.call(DeleteTopic{fixture.topic}).status, Errc::ok);
    CHECK_EQ(fixture.deleted_topics, std::vector<std::uint32_t>{id});
    CHECK_GT(fixture.rows(store::Table::subscriptions), 0);
    CHECK_EQ(fixture.call(SetTopic{fixture.topic, {}}).status, Errc::topic_does_not_exist);

    fixture.create();
    CHECK_NE(fixture.describe().id, id);
    CHECK_EQ(fixture.publish("new").offset, 0);
    fixture.call(DeleteTopic{fixture.topic});
    fixture.idle();
    CHECK_EQ(fixture.rows(store::Table::queue_messages), 0);
    // The looks for expired messages of queues that are gone.
    fixture.advance(15 * 24h);
    CHECK_EQ(fixture.rows_left(), empty);
}
