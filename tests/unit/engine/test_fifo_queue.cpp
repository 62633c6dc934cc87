#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {

TEST_CASE_FIXTURE(FifoFixture, "messages of a group are received in the order in which they were sent") {
    create_fifo();
    for (const auto* body : {"1", "2", "3"}) send(body, "g");

    CHECK_EQ(bodies(receive()), Texts{"1", "2", "3"});
}

TEST_CASE_FIXTURE(FifoFixture, "nothing of a group is handed out behind a message in flight") {
    create_fifo();
    for (const auto* body : {"1", "2", "3"}) send(body, "g");
    const auto held = receive(2, 30s);
    send("other", "h");

    CHECK_EQ(bodies(receive()), Texts{"other"});
    CHECK_EQ(remove(held[0].handle), Errc::ok);
    CHECK(receive().empty());
    CHECK_EQ(remove(held[1].handle), Errc::ok);
    CHECK_EQ(bodies(receive()), Texts{"3"});
    CHECK_EQ(counts(), Counts{0, 2, 0});
}

TEST_CASE_FIXTURE(FifoFixture, "what comes back is handed out again up to the next message in flight") {
    create_fifo();
    for (const auto* body : {"1", "2", "3", "4"}) send(body, "g");
    const auto held = receive(3, 30s);

    CHECK_EQ(change_visibility(held[1].handle, 0s), Errc::ok);
    CHECK(receive().empty());
    CHECK_EQ(change_visibility(held[0].handle, 5s), Errc::ok);
    advance(5s);
    CHECK_EQ(counts(), Counts{3, 1, 0});
    CHECK_EQ(bodies(receive(10, 60s)), Texts{"1", "2"});
    advance(25s);
    CHECK_EQ(counts(), Counts{2, 2, 0});
    CHECK(receive().empty());
}

TEST_CASE_FIXTURE(FifoFixture, "counts follow messages that come back behind one that can be received") {
    create_fifo();
    for (const auto* body : {"1", "2", "3"}) send(body, "g");
    const auto held = receive(3, 30s);

    CHECK_EQ(change_visibility(held[0].handle, 0s), Errc::ok);
    CHECK_EQ(change_visibility(held[2].handle, 60s), Errc::ok);
    CHECK_EQ(counts(), Counts{1, 2, 0});
    restart();
    advance(30s);
    CHECK_EQ(counts(), Counts{2, 1, 0});
    advance(30s);
    CHECK_EQ(counts(), Counts{3, 0, 0});
    CHECK_EQ(bodies(receive()), Texts{"1", "2", "3"});
}

TEST_CASE_FIXTURE(FifoFixture, "a group that was received and stayed visible goes behind the others") {
    create_fifo();
    send("a", "g");
    advance(1ms);
    send("b", "h");
    advance(1ms);

    CHECK_EQ(bodies(receive(1, 0s)), Texts{"a"});
    CHECK_EQ(bodies(receive(2, 0s)), Texts{"b", "a"});
}

TEST_CASE_FIXTURE(FifoFixture, "a group comes back in order when visibility ends or is given up") {
    create_fifo();
    for (const auto* body : {"1", "2"}) send(body, "g");
    auto held = receive_one(30s);

    CHECK_EQ(change_visibility(held.handle, 0s), Errc::ok);
    CHECK_EQ(bodies(receive(10, 5s)), Texts{"1", "2"});
    CHECK_EQ(counts(), Counts{0, 2, 0});
    advance(5s);
    CHECK_EQ(counts(), Counts{2, 0, 0});
    CHECK_EQ(bodies(receive(10, 5s)), Texts{"1", "2"});
}

TEST_CASE_FIXTURE(FifoFixture, "an expired handle deletes nothing, even when nobody else took the message") {
    create_fifo();
    send("1", "g");
    const auto held = receive_one(5s);
    advance(5s);

    CHECK_EQ(remove(held.handle), Errc::receipt_handle_expired);
    CHECK_EQ(change_visibility(held.handle, 5s), Errc::message_not_in_flight);
    const auto again = receive_one();
    CHECK_EQ(remove(held.handle), Errc::receipt_handle_expired);
    CHECK_EQ(remove(again.handle), Errc::ok);
    CHECK_EQ(remove(again.handle), Errc::ok);
}

TEST_CASE_FIXTURE(FifoFixture, "a repeated deduplication id is answered with the first message for five minutes") {
    create_fifo();
    const auto first = send("1", "g", "id");
    remove(receive_one().handle);

    advance(299s);
    const auto repeated = send("other body", "g", "id");
    CHECK_EQ(repeated.id, first.id);
    CHECK_EQ(repeated.sequence, first.sequence);
    CHECK_EQ(counts(), Counts{0, 0, 0});
    advance(1s);
    CHECK_NE(send("1", "g", "id").id, first.id);
    advance(400s);
    CHECK_EQ(store().begin_read()->rows(store::Table::deduplication), 0);
}

TEST_CASE_FIXTURE(FifoFixture, "deduplication by content and by group") {
    create_fifo(
        {.content_based_deduplication = true, .deduplication_scope = engine::DeduplicationScope::message_group});
    const auto message = [&](std::string_view body, std::string_view group) {
        return send(engine::NewMessage{.body = body, .group_id = group});
    };

    const auto first = message("body", "g");
    CHECK_EQ(message("body", "g").id, first.id);
    CHECK_NE(message("body", "h").id, first.id);
    CHECK_NE(message("another", "g").id, first.id);
}

TEST_CASE_FIXTURE(FifoFixture, "a changed delay holds for messages that already wait") {
    create_fifo({.delay = 60s});
    send("1", "g");
    advance(10s);
    CHECK_EQ(counts(), Counts{0, 0, 1});

    CHECK_EQ(call(engine::SetQueue{queue, {.delay = 20s}}).status, Errc::ok);
    advance(9s);
    CHECK(receive().empty());
    advance(1s);
    CHECK_EQ(bodies(receive()), Texts{"1"});
}

TEST_CASE_FIXTURE(FifoFixture, "a delay that was taken away releases at once, and nothing overtakes") {
    create_fifo({.delay = 60s});
    send("1", "g");

    call(engine::SetQueue{queue, {.delay = 0s}});
    send("2", "g");

    CHECK_EQ(bodies(receive()), Texts{"1", "2"});
}

TEST_CASE_FIXTURE(FifoFixture,
                  "a repeated receive attempt gets the same messages and handles while nobody touched them") {
    create_fifo();
    for (const auto* body : {"1", "2"}) send(body, "g");
    const auto first = receive(10, 30s, "attempt");
    advance(10s);

    const auto second = receive(10, 30s, "attempt");
    REQUIRE_EQ(second.size(), 2);
    CHECK_EQ(second[0].handle, first[0].handle);
    CHECK_EQ(second[0].receive_count, 1);
    advance(25s);
    CHECK_EQ(counts(), Counts{0, 2, 0});

    CHECK_EQ(remove(first[0].handle), Errc::ok);
    CHECK(receive(10, 30s, "attempt").empty());
}

TEST_CASE_FIXTURE(FifoFixture, "a poisoned message leaves its group through the dead-letter queue and blocks nobody") {
    create("dead.fifo", {.fifo = true});
    CHECK_EQ(create_fifo({.redrive_policy = engine::RedrivePolicy{"dead.fifo", 1}}), Errc::ok);
    send("poison", "g");
    send("sound", "g");
    receive_one(5s);
    advance(5s);

    CHECK_EQ(bodies(receive()), Texts{"sound"});
    queue.name = "dead.fifo";
    const auto dead = receive_one();
    CHECK_EQ(dead.body, "poison");
    CHECK_EQ(dead.group, "g");
}

TEST_CASE_FIXTURE(FifoFixture, "a receive takes as many as it can from a group, also behind a dead letter") {
    create("dead.fifo", {.fifo = true});
    create_fifo({.redrive_policy = engine::RedrivePolicy{"dead.fifo", 1}});
    for (const auto* body : {"poison", "1", "2", "3"}) send(body, "g");
    receive_one(0s);

    CHECK_EQ(bodies(receive(2)), Texts{"1", "2"});
}

TEST_CASE_FIXTURE(FifoFixture, "groups take turns and a restart changes nothing") {
    create_fifo();
    for (int i = 0; i < 3; ++i)
        for (const auto* group : {"a", "b"}) send(group + std::to_string(i), group);
    restart();

    const auto first = receive(3, 5s);
    CHECK_EQ(bodies(first), Texts{"a0", "a1", "a2"});
    restart();
    CHECK_EQ(bodies(receive(1, 5s)), Texts{"b0"});
    for (const auto& message : first) CHECK_EQ(remove(message.handle), Errc::ok);
    advance(5s);
    CHECK_EQ(bodies(receive(10)), Texts{"b0", "b1", "b2"});
}

TEST_CASE_FIXTURE(FifoFixture, "what a FIFO queue asks of a message is named when it is missing") {
    create_fifo();

    CHECK_EQ(send("x", "", "id").status, Errc::message_group_id_missing);
    CHECK_EQ(send(engine::NewMessage{.body = "x", .group_id = "g"}).status, Errc::deduplication_id_missing);
    CHECK_EQ(send("x", "with space", "id").status, Errc::message_group_id_invalid);
    CHECK_EQ(send("x", "g", "").status, Errc::deduplication_id_invalid);
    CHECK_EQ(send(engine::NewMessage{.body = "x", .delay = 1s, .group_id = "g", .deduplication_id = "i"}).status,
             Errc::message_delay_on_fifo_queue);
}

}  // namespace tern::test
