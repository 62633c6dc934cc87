#include "broker/store/keys.hpp"
#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {

TEST_CASE_FIXTURE(QueueFixture, "a message is sent, received once, and gone when deleted") {
    create();
    const auto sent = send("job");

    const auto received = receive_one();
    CHECK_EQ(received.id, sent.id);
    CHECK_EQ(received.body, "job");
    CHECK_EQ(received.receive_count, 1);
    CHECK(receive().empty());
    CHECK_EQ(remove(received.handle), Errc::ok);

    advance(31s);
    CHECK(receive().empty());
    CHECK_EQ(counts(), Counts{0, 0, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "a message that is not deleted comes back after its visibility timeout") {
    create();
    send("job");
    const auto first = receive_one(30s);

    advance(29'999ms);
    CHECK(receive().empty());
    advance(1ms);
    const auto second = receive_one();

    CHECK_EQ(second.id, first.id);
    CHECK_EQ(second.receive_count, 2);
    CHECK_NE(second.handle, first.handle);
}

TEST_CASE_FIXTURE(QueueFixture, "counts follow a message through its life") {
    create();
    send({.body = "later", .delay = 10s});
    CHECK_EQ(counts(), Counts{0, 0, 1});

    advance(10s);
    CHECK_EQ(counts(), Counts{1, 0, 0});
    receive_one(5s);
    CHECK_EQ(counts(), Counts{0, 1, 0});
    advance(5s);
    CHECK_EQ(counts(), Counts{1, 0, 0});
    remove(receive_one().handle);
    CHECK_EQ(counts(), Counts{0, 0, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "counts are exact at once when messages come back unnoticed") {
    create();
    for (int i = 0; i < 20; ++i) send("job");
    receive(10, 5s);
    receive(10, 60s);

    now = now + 5s;

    CHECK_EQ(counts(), Counts{10, 10, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "with a visibility timeout of 0 a message stays visible and both handles work") {
    create();
    send("job");
    advance(1s);

    const auto first = receive_one(0s);
    const auto second = receive_one(0s);
    CHECK_EQ(second.receive_count, 2);
    CHECK_EQ(counts(), Counts{1, 0, 0});

    CHECK_EQ(remove(first.handle), Errc::ok);
    CHECK(receive().empty());
    CHECK_EQ(remove(second.handle), Errc::ok);
}

TEST_CASE_FIXTURE(QueueFixture,
                  "one receive never hands out a message twice, not even with a visibility timeout of 0") {
    create();
    send("a");
    send("b");
    advance(1s);

    CHECK_EQ(bodies(receive(10, 0s)), Texts{"a", "b"});
}

TEST_CASE_FIXTURE(QueueFixture, "an expired handle still deletes on a standard queue, a late one too") {
    create();
    send("job");
    const auto first = receive_one(5s);
    advance(5s);
    receive_one(5s);
    advance(1s);

    CHECK_EQ(remove(first.handle), Errc::ok);

    advance(10s);
    CHECK(receive().empty());
    CHECK_EQ(remove(first.handle), Errc::ok);
}

TEST_CASE_FIXTURE(QueueFixture, "handles that the queue did not give are refused") {
    create();
    create("other");
    send("job");
    const auto handle = receive_one().handle;

    CHECK_EQ(remove("garbage"), Errc::receipt_handle_invalid);
    CHECK_EQ(remove(""), Errc::receipt_handle_invalid);
    for (std::size_t at = 0; at < handle.size(); ++at) {
        auto forged = handle;
        forged[at] = forged[at] == 'A' ? 'B' : 'A';
        remove(forged);
        CHECK_EQ(counts(), Counts{0, 1, 0});
    }
    queue.name = "other";
    CHECK_EQ(remove(handle), Errc::receipt_handle_invalid);
}

TEST_CASE_FIXTURE(QueueFixture, "visibility can be changed, up to twelve hours since the receive") {
    create();
    send("job");
    const auto received = receive_one(30s);

    CHECK_EQ(change_visibility(received.handle, 60s), Errc::ok);
    advance(59s);
    CHECK(receive().empty());
    CHECK_EQ(change_visibility(received.handle, 43'200s), Errc::total_visibility_exceeded);
    CHECK_EQ(change_visibility(received.handle, 43'141s), Errc::ok);
    CHECK_EQ(change_visibility(received.handle, 43'201s), Errc::visibility_timeout_invalid);
    CHECK_EQ(change_visibility(received.handle, 0s), Errc::ok);
    CHECK_EQ(receive_one().receive_count, 2);
    CHECK_EQ(change_visibility(received.handle, 10s), Errc::ok);
    remove(received.handle);
    CHECK_EQ(change_visibility(received.handle, 10s), Errc::message_not_in_flight);
}

TEST_CASE_FIXTURE(QueueFixture, "messages vanish when their retention is over, wherever they are") {
    create({.retention = 60s});
    send("never received");
    send("received and returned");
    receive(2, 0s);
    send({.body = "delayed", .delay = 100s});
    CHECK_EQ(counts(), Counts{2, 0, 1});

    advance(59s);
    CHECK_EQ(counts(), Counts{2, 0, 1});
    advance(2s);

    CHECK_EQ(counts(), Counts{0, 0, 0});
    CHECK(receive().empty());
    CHECK_EQ(engine().counters().messages_expired, 3);
}

TEST_CASE_FIXTURE(QueueFixture, "the engine comes to rest after messages have expired at an odd millisecond") {
    now = now + 123ms;
    create();
    send("job");

    advance(345'600'000ms);
    advance(2s);

    CHECK_EQ(counts(), Counts{0, 0, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "a message that expires in flight is dropped when it comes back") {
    create({.retention = 60s});
    send("job");
    receive_one(120s);

    advance(90s);
    CHECK_EQ(counts(), Counts{0, 1, 0});
    advance(35s);

    CHECK_EQ(counts(), Counts{0, 0, 0});
}

TEST_CASE_FIXTURE(QueueFixture,
                  "a message received too often moves to the dead-letter queue and says where it came from") {
    create("dead");
    CHECK_EQ(create({.redrive_policy = engine::RedrivePolicy{"dead", 2}}), Errc::ok);
    const auto sent = send("poison");
    receive_one(0s);
    receive_one(0s);

    CHECK(receive().empty());
    CHECK_EQ(counts(), Counts{0, 0, 0});
    queue.name = "dead";
    CHECK_EQ(counts(), Counts{1, 0, 0});
    const auto dead = receive_one();

    CHECK_EQ(dead.id, sent.id);
    CHECK_EQ(dead.dead_letter_source, "jobs");
    CHECK_EQ(dead.receive_count, 3);
}

TEST_CASE_FIXTURE(QueueFixture, "a receive that drops messages on its way still hands out no more than asked for") {
    create("dead");
    create({.redrive_policy = engine::RedrivePolicy{"dead", 1}});
    send("poison");
    receive_one(0s);
    advance(1s);
    for (int i = 0; i < 5; ++i) send("sound");

    CHECK_EQ(receive(3, 0s).size(), 3);
}

TEST_CASE_FIXTURE(QueueFixture, "retention in a dead-letter queue counts from the first send") {
    create("dead", {.retention = 120s});
    create({.redrive_policy = engine::RedrivePolicy{"dead", 1}});
    send("poison");
    receive_one(0s);
    advance(100s);
    receive();
    queue.name = "dead";
    CHECK_EQ(counts(), Counts{1, 0, 0});

    advance(21s);

    CHECK_EQ(counts(), Counts{0, 0, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "a purge empties the queue at once and its old handles do no harm") {
    create();
    send("a");
    const auto received = receive_one();
    send("b");

    CHECK_EQ(call(engine::PurgeQueue{queue}).status, Errc::ok);
    CHECK_EQ(counts(), Counts{0, 0, 0});
    send("c");

    CHECK_EQ(remove(received.handle), Errc::ok);
    CHECK_EQ(bodies(receive()), Texts{"c"});
    idle();
    CHECK_EQ(store().begin_read()->rows(store::Table::queue_messages), 1);
}

TEST_CASE_FIXTURE(QueueFixture, "a deleted queue leaves no rows behind") {
    create("dead");
    create({.redrive_policy = engine::RedrivePolicy{"dead", 2}});
    for (int i = 0; i < 700; ++i) send("job");
    receive(10, 5s);

    CHECK_EQ(call(engine::DeleteQueue{queue}).status, Errc::ok);
    CHECK_EQ(call(engine::DeleteQueue{queue}).status, Errc::queue_does_not_exist);
    idle();
    call(engine::DeleteQueue{{"", "dead"}});
    idle();

    const auto snapshot = store().begin_read();
    for (std::size_t table = 1; table < store::table_count; ++table)
        CHECK_EQ(snapshot->rows(static_cast<store::Table>(table)), table == std::size_t(store::Table::agenda) ? 1 : 0);
}

TEST_CASE_FIXTURE(QueueFixture, "a message whose row is damaged is never served and holds up nobody") {
    create();
    const auto sent = send("spoilt");
    send("sound");
    const auto key = store::Key().u32(1).u64(sent.sequence);
    REQUIRE(store().damage(store::Table::queue_messages, key.view()));

    CHECK_EQ(bodies(receive()), Texts{"sound"});
    CHECK_EQ(describe().totals.damaged, 1);
    CHECK_EQ(counts(), Counts{0, 1, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "handles, visibility and counts survive a restart") {
    create();
    send("a");
    send("b");
    const auto received = receive_one(30s);
    advance(29s);

    restart();

    CHECK_EQ(counts(), Counts{1, 1, 0});
    CHECK_EQ(change_visibility(received.handle, 5s), Errc::ok);
    CHECK_EQ(bodies(receive(10)), Texts{"b"});
    advance(5s);
    CHECK_EQ(bodies(receive(10)), Texts{"a"});
    CHECK_EQ(remove(received.handle), Errc::ok);
    CHECK_EQ(counts(), Counts{0, 1, 0});
}

TEST_CASE("a million due entries of one queue are not another queue's business: each batch does its share only") {
    QueueFixture fixture({.due_work_per_batch = 8});
    fixture.create({.retention = 60s});
    for (int i = 0; i < 100; ++i) fixture.send("job");
    fixture.now = fixture.now + 61s;

    fixture.run({});
    CHECK_GE(fixture.engine().counters().messages_expired, 1);
    CHECK_LE(fixture.engine().counters().messages_expired, 8);
    CHECK_LE(*fixture.engine().next_deadline(), fixture.now);

    fixture.idle();
    CHECK_EQ(fixture.engine().counters().messages_expired, 100);
    CHECK_EQ(fixture.counts(), Counts{0, 0, 0});
}

TEST_CASE("expired messages behind others that are in flight are removed, and nothing spins meanwhile") {
    QueueFixture fixture({.due_work_per_batch = 2});
    fixture.create({.retention = 60s});
    for (int i = 0; i < 5; ++i) fixture.send("held");
    CHECK_EQ(fixture.receive(5, 11h).size(), 5);
    fixture.send("left");

    fixture.advance(62s);

    CHECK_EQ(fixture.counts(), Counts{0, 5, 0});
    CHECK_GE(*fixture.engine().next_deadline(), fixture.now + 1h);
}

TEST_CASE("a receive that meets more expired messages than a batch may drop finds the sound one in the end") {
    QueueFixture fixture({.due_work_per_batch = 8});
    fixture.create({.retention = 60s});
    for (int i = 0; i < 50; ++i) fixture.send("old");
    fixture.now = fixture.now + 59s;
    fixture.send("new");
    fixture.now = fixture.now + 1s;

    std::vector<engine::Completion> completions =
        fixture.run({{7, engine::ReceiveMessages{fixture.queue, 10, {}, Milliseconds(0), {}}}});
    while (completions.empty()) completions = fixture.run({});

    CHECK_EQ(fixture.bodies(QueueFixture::messages_in(completions.front().answer)), Texts{"new"});
}

TEST_CASE("past the in-flight limit a standard queue refuses to hand out more") {
    QueueFixture fixture({.in_flight_max_standard = 3});
    fixture.create();
    for (int i = 0; i < 5; ++i) fixture.send("job");

    CHECK_EQ(fixture.receive(10).size(), 3);
    CHECK_EQ(fixture.receive_answer(1).status, Errc::over_in_flight_limit);
    fixture.advance(30s);
    CHECK_EQ(fixture.receive(2).size(), 2);
}

}  // namespace tern::test
