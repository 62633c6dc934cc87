#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {

TEST_CASE_FIXTURE(QueueFixture, "creating a queue again with the same settings succeeds, with others it is refused") {
    CHECK_EQ(create({.delay = 5s}), Errc::ok);
    CHECK_EQ(create(), Errc::ok);
    CHECK_EQ(create({.delay = 5s}), Errc::ok);

    const auto answer = call(engine::CreateQueue{queue, {.visibility_timeout = 31s}, {}});
    CHECK_EQ(answer.status, Errc::queue_exists);
    CHECK_EQ(answer.detail, "VisibilityTimeout");
}

TEST_CASE_FIXTURE(QueueFixture, "settings out of their range are refused, at the range's ends they are not") {
    const auto with = [&](engine::QueueSettingsChange settings) {
        return call(engine::SetQueue{queue, settings}).status;
    };
    create();

    CHECK_EQ(with({.delay = 900s}), Errc::ok);
    CHECK_EQ(with({.delay = 901s}), Errc::delay_invalid);
    CHECK_EQ(with({.message_bytes_max = 1023}), Errc::message_bytes_max_invalid);
    CHECK_EQ(with({.message_bytes_max = 16 << 20}), Errc::ok);
    CHECK_EQ(with({.message_bytes_max = (16 << 20) + 1}), Errc::message_bytes_max_invalid);
    CHECK_EQ(with({.retention = 59s}), Errc::retention_invalid);
    CHECK_EQ(with({.retention = 1'209'600s}), Errc::ok);
    CHECK_EQ(with({.wait = 20'001ms}), Errc::wait_invalid);
    CHECK_EQ(with({.visibility_timeout = 43'201s}), Errc::visibility_timeout_invalid);
    CHECK_EQ(with({.fifo = true}), Errc::queue_type_fixed);
    CHECK_EQ(with({.content_based_deduplication = true}), Errc::fifo_attribute_on_standard_queue);
    CHECK_EQ(with({.redrive_policy = engine::RedrivePolicy{"nobody", 3}}), Errc::redrive_policy_invalid);
    CHECK_EQ(with({.redrive_policy = engine::RedrivePolicy{"jobs", 3}}), Errc::redrive_policy_invalid);
}

TEST_CASE_FIXTURE(QueueFixture, "names follow the rules of SQS") {
    const auto named = [&](std::string name, bool fifo) { return create(name, {.fifo = fifo}); };

    CHECK_EQ(named("a-b_C9", false), Errc::ok);
    CHECK_EQ(named(std::string(80, 'x'), false), Errc::ok);
    CHECK_EQ(named(std::string(81, 'x'), false), Errc::queue_name_invalid);
    CHECK_EQ(named("", false), Errc::queue_name_invalid);
    CHECK_EQ(named("with.dot", false), Errc::queue_name_invalid);
    CHECK_EQ(named("q.fifo", false), Errc::queue_name_invalid);
    CHECK_EQ(named("q", true), Errc::queue_name_invalid);
    CHECK_EQ(named(".fifo", true), Errc::queue_name_invalid);
    CHECK_EQ(named(std::string(75, 'x') + ".fifo", true), Errc::ok);
}

TEST_CASE_FIXTURE(QueueFixture, "a queue of a longer name than any can have does not exist, however long") {
    create();
    for (const std::size_t length : {81, 160, 161, 511, 600, 100'000}) {
        CAPTURE(length);
        const engine::QueueName named{"", std::string(length, 'x')};
        const engine::QueueName elsewhere{std::string(length, '\0'), "jobs"};
        for (const auto& name : {named, elsewhere}) {
            CHECK_EQ(engine::describe_queue(*store().begin_read(), now, name).error(), Errc::queue_does_not_exist);
            CHECK_EQ(call(engine::DeleteQueue{name}).status, Errc::queue_does_not_exist);
        }
        const engine::RedrivePolicy to_named{named.name, 3};
        CHECK_EQ(call(engine::SetQueue{queue, {.redrive_policy = to_named}}).status, Errc::redrive_policy_invalid);
        CHECK_EQ(create("new", {.redrive_policy = to_named}), Errc::redrive_policy_invalid);
    }
}

TEST_CASE_FIXTURE(QueueFixture, "a dead-letter queue may say who may use it") {
    create("closed", {.redrive_allow_policy = engine::RedriveAllowPolicy{engine::RedriveAllow::none, {}}});
    create("picky", {.redrive_allow_policy = engine::RedriveAllowPolicy{engine::RedriveAllow::by_queue, {"jobs"}}});

    CHECK_EQ(create({.redrive_policy = engine::RedrivePolicy{"closed", 3}}), Errc::redrive_not_allowed);
    CHECK_EQ(create("other", {.redrive_policy = engine::RedrivePolicy{"picky", 3}}), Errc::redrive_not_allowed);
    CHECK_EQ(create({.redrive_policy = engine::RedrivePolicy{"picky", 3}}), Errc::ok);
    const auto sources = engine::list_dead_letter_sources(*store().begin_read(), {"", "picky"}, {});
    CHECK_EQ(sources->names, Texts{"jobs"});
    call(engine::SetQueue{queue, {.redrive_policy = engine::RedrivePolicy{"", 0}}});
    CHECK(engine::list_dead_letter_sources(*store().begin_read(), {"", "picky"}, {})->names.empty());
}

TEST_CASE_FIXTURE(QueueFixture, "queues are listed by prefix and page by page, each namespace for itself") {
    for (const auto* name : {"b1", "a2", "a1", "a3"}) create(name);
    call(engine::CreateQueue{{"other", "a9"}, {}, {}});
    const auto list = [&](std::int64_t max, std::string token) {
        return engine::list_queues(*store().begin_read(), now, "", "a", {max, std::move(token)});
    };

    const auto first = list(2, "");
    REQUIRE_EQ(first->queues.size(), 2);
    CHECK_EQ(first->queues[0].queue.name, "a1");
    const auto second = list(2, first->next_token);
    REQUIRE_EQ(second->queues.size(), 1);
    CHECK_EQ(second->queues[0].queue.name, "a3");
    CHECK(second->next_token.empty());
    CHECK_EQ(list(0, "").error(), Errc::page_size_invalid);
    CHECK_EQ(list(2, "!").error(), Errc::page_token_invalid);
}

TEST_CASE_FIXTURE(QueueFixture, "tags are added, overwritten and removed, up to fifty") {
    create({}, {{"team", "a"}});
    CHECK_EQ(call(engine::TagQueue{queue, {{"team", "b"}, {"Team", "c"}}}).status, Errc::ok);
    CHECK_EQ(call(engine::UntagQueue{queue, {"Team", "unknown"}}).status, Errc::ok);
    CHECK_EQ(describe().tags, std::vector<engine::QueueTag>{{"team", "b"}});

    std::vector<engine::QueueTag> many;
    for (int i = 0; i < 50; ++i) many.push_back({"key" + std::to_string(i), ""});
    CHECK_EQ(call(engine::TagQueue{queue, many}).status, Errc::tags_invalid);
}

TEST_CASE("the strict modes of SQS can be asked for") {
    QueueFixture fixture({.delay_after_delete = true, .delay_after_purge = true});
    fixture.create();
    CHECK_EQ(fixture.call(engine::PurgeQueue{fixture.queue}).status, Errc::ok);
    CHECK_EQ(fixture.call(engine::PurgeQueue{fixture.queue}).status, Errc::purge_in_progress);
    fixture.advance(60s);
    CHECK_EQ(fixture.call(engine::PurgeQueue{fixture.queue}).status, Errc::ok);

    fixture.call(engine::DeleteQueue{fixture.queue});
    CHECK_EQ(fixture.create(), Errc::queue_deleted_recently);
    fixture.advance(60s);
    CHECK_EQ(fixture.create(), Errc::ok);
}

TEST_CASE_FIXTURE(QueueFixture, "a peek shows what is there and disturbs nothing") {
    create();
    send("a");
    send("b");
    receive_one(30s);
    send({.body = "c", .delay = 60s});
    const auto peeked = [&](bool visible, bool in_flight, bool delayed) {
        Texts texts;
        const auto peek = engine::peek(*store().begin_read(), now, queue, {10, visible, in_flight, delayed});
        for (const auto& message : peek->messages) texts.emplace_back(engine::decode_message(message.record)->body);
        return texts;
    };

    CHECK_EQ(peeked(true, false, false), Texts{"b"});
    CHECK_EQ(peeked(false, true, false), Texts{"a"});
    CHECK_EQ(peeked(true, true, true), Texts{"b", "a", "c"});
    CHECK_EQ(receive_one().receive_count, 1);
}

}  // namespace tern::test
