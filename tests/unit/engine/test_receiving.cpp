#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {
namespace {

engine::Command wait_for(const engine::QueueName& queue, Milliseconds wait, std::int64_t max = 1) {
    return engine::ReceiveMessages{queue, max, {}, wait, {}};
}

engine::Command send_to(const engine::QueueName& queue, std::vector<std::string_view> bodies) {
    engine::SendMessages command{queue, {}};
    for (const auto body : bodies) command.messages.push_back({.body = body});
    return command;
}

std::vector<std::uint64_t> requests_of(const std::vector<engine::Completion>& completions) {
    std::vector<std::uint64_t> requests;
    for (const auto& completion : completions) requests.push_back(completion.ticket.request);
    return requests;
}

}  // namespace

TEST_CASE_FIXTURE(QueueFixture, "a long poll is answered in the batch of the send that feeds it, in order of arrival") {
    create();
    CHECK(run({{101, wait_for(queue, 20s)}, {102, wait_for(queue, 20s)}}).empty());

    const auto completions = run({{103, send_to(queue, {"a", "b"})}});

    CHECK_EQ(requests_of(completions), std::vector<std::uint64_t>{103, 101, 102});
    CHECK_EQ(messages_in(completions[1].answer).at(0).body, "a");
    CHECK_EQ(messages_in(completions[2].answer).at(0).body, "b");
    CHECK_EQ(engine().waiting_receives(), 0);
}

TEST_CASE_FIXTURE(QueueFixture, "a long poll ends empty when its time is up") {
    create();
    run({{101, wait_for(queue, 20s)}});
    now = now + 19'999ms;
    CHECK(run({}).empty());
    CHECK_EQ(engine().next_deadline(), now + 1ms);
    now = now + 1ms;

    const auto completions = run({});

    REQUIRE_EQ(completions.size(), 1);
    CHECK_EQ(completions[0].answer.status, Errc::ok);
    CHECK(messages_in(completions[0].answer).empty());
}

TEST_CASE_FIXTURE(QueueFixture, "a long poll gets a message when its visibility timeout ends or its delay is over") {
    create();
    send("job");
    receive_one(5s);
    run({{101, wait_for(queue, 20s)}});
    CHECK_EQ(engine().next_deadline(), now + 1s);
    now = now + 5s;

    const auto completions = run({});

    REQUIRE_EQ(requests_of(completions), std::vector<std::uint64_t>{101});
    CHECK_EQ(messages_in(completions[0].answer).at(0).receive_count, 2);
}

TEST_CASE_FIXTURE(QueueFixture, "a cancelled or hung-up long poll takes no message with it") {
    create();
    run({{101, wait_for(queue, 20s)}, {102, wait_for(queue, 20s)}});

    const auto cancelled = run({{103, engine::CancelWait{101}}});
    REQUIRE_EQ(requests_of(cancelled), std::vector<std::uint64_t>{101});
    CHECK_EQ(cancelled[0].answer.status, Errc::cancelled);
    run({{104, engine::EndSession{}}});
    send("job");

    CHECK_EQ(bodies(receive()), Texts{"job"});
}

TEST_CASE_FIXTURE(QueueFixture, "messages given back are visible at once, as if never received") {
    create();
    send("a");
    send("b");
    const auto held = receive(2, 30s);

    run({{105, engine::GiveBackMessages{{held[0].handle, held[1].handle, "garbage"}}}});

    CHECK_EQ(counts(), Counts{2, 0, 0});
    const auto again = receive(2);
    CHECK_EQ(bodies(again), Texts{"a", "b"});
    CHECK_EQ(again[0].receive_count, 1);
}

TEST_CASE_FIXTURE(FifoFixture, "a FIFO group is given back in order, and feeds who waits") {
    create_fifo();
    send("a", "g");
    send("b", "g");
    const auto held = receive(2, 30s);
    run({{101, wait_for(queue, 20s, 10)}});

    const auto completions = run({{105, engine::GiveBackMessages{{held[0].handle, held[1].handle}}}});

    REQUIRE_EQ(requests_of(completions), std::vector<std::uint64_t>{101});
    CHECK_EQ(bodies(messages_in(completions[0].answer)), Texts{"a", "b"});
}

TEST_CASE_FIXTURE(FifoFixture, "who waits gets the rest of a group when what was in flight is deleted") {
    create_fifo();
    send("a", "g");
    send("b", "g");
    const auto held = receive_one(30s);
    run({{101, wait_for(queue, 20s, 10)}});

    const auto completions = run({{105, engine::DeleteMessages{queue, {held.handle}}}});

    CHECK_EQ(requests_of(completions), std::vector<std::uint64_t>{105, 101});
}

TEST_CASE_FIXTURE(QueueFixture, "whoever waits for a queue that is deleted is told so") {
    create();
    run({{101, wait_for(queue, 20s)}});

    const auto completions = run({{102, engine::DeleteQueue{queue}}});

    REQUIRE_EQ(completions.size(), 2);
    CHECK_EQ(completions[0].ticket.request, 101);
    CHECK_EQ(completions[0].answer.status, Errc::queue_does_not_exist);
}

TEST_CASE_FIXTURE(QueueFixture, "who waits for a dead-letter queue is served by the receive that fills it") {
    create("dead");
    create({.redrive_policy = engine::RedrivePolicy{"dead", 1}});
    send("poison");
    receive_one(0s);
    run({{101, wait_for({"", "dead"}, 20s)}});

    const auto completions = run({{102, engine::ReceiveMessages{queue, 1, {}, Milliseconds(0), {}}}});

    CHECK_EQ(requests_of(completions), std::vector<std::uint64_t>{102, 101});
}

TEST_CASE_FIXTURE(QueueFixture, "receives outside of the limits are refused") {
    create();
    const auto status = [&](std::int64_t max, Milliseconds wait, Milliseconds timeout) {
        return call(engine::ReceiveMessages{queue, max, timeout, wait, {}}).status;
    };

    CHECK_EQ(status(0, 0s, 30s), Errc::receive_max_invalid);
    CHECK_EQ(status(11, 0s, 30s), Errc::receive_max_invalid);
    CHECK_EQ(status(1, -1s, 30s), Errc::wait_invalid);
    CHECK_EQ(status(1, 21s, 30s), Errc::wait_invalid);
    CHECK_EQ(status(1, 0s, -1s), Errc::visibility_timeout_invalid);
    CHECK_EQ(status(1, 0s, 43'201s), Errc::visibility_timeout_invalid);
    CHECK_EQ(status(10, 0s, 43'200s), Errc::ok);
    CHECK_EQ(receive_answer(1, {}, "attempt").status, Errc::receive_attempt_id_invalid);
}

TEST_CASE_FIXTURE(QueueFixture, "a long poll ends in time also when nothing can be written") {
    create();
    run({{101, wait_for(queue, 20s)}});
    std::vector<engine::Completion> completions;

    engine().end_overdue_waits(now + 19s, completions);
    CHECK(completions.empty());
    engine().end_overdue_waits(now + 20s, completions);

    CHECK_EQ(requests_of(completions), std::vector<std::uint64_t>{101});
    CHECK_EQ(engine().waiting_receives(), 0);
}

TEST_CASE("no more receives may wait than the limit says") {
    QueueFixture fixture({.waiting_receives_max = 1});
    fixture.create();

    const auto completions = fixture.run({{101, wait_for(fixture.queue, 20s)}, {102, wait_for(fixture.queue, 20s)}});

    REQUIRE_EQ(requests_of(completions), std::vector<std::uint64_t>{102});
    CHECK_EQ(completions[0].answer.status, Errc::overloaded);
}

}  // namespace tern::test
