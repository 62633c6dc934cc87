#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/store/fault_store.hpp"
#include "tests/unit/runtime/commit_loop_fixture.hpp"

namespace tern::runtime {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

namespace {

constexpr MailboxLimits one_a_batch{.batch_commands_max = 1};

struct OneCommandABatch : CommitLoopFixture {
    OneCommandABatch() : CommitLoopFixture(one_a_batch) {}
};

}  // namespace

TEST_CASE_FIXTURE(CommitLoopFixture, "an answer waits for the flush after its commit when nothing else is to be done") {
    create("q");
    start();
    settle();

    CHECK_EQ(record.events, Events{"commit", "flush", "answer 1"});
}

TEST_CASE_FIXTURE(OneCommandABatch, "the next commit releases the answers of the one before") {
    create("q");
    send("q");
    send("q");
    start();
    settle();

    CHECK_EQ(record.events, Events{"commit", "commit", "answer 1", "commit", "answer 2", "flush", "answer 3"});
}

TEST_CASE_FIXTURE(OneCommandABatch, "answers leave when their own commit returns, if that is durable then") {
    record.commits_are_durable = true;
    create("q");
    const auto created_already = receive("q");
    send("q");
    start();
    settle();

    CHECK_EQ(record.events, Events{"commit", "answer 1", "answer 2", "commit", "answer 3"});
    CHECK_EQ(sink.answer(created_already).status, Errc::ok);
    CHECK_EQ(sink.acknowledged_too_early, 0);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "commands that wait together share one commit") {
    create("q");
    for (int i = 0; i < 50; ++i) send("q");
    start();
    settle();

    CHECK_EQ(record.count("commit"), 1);
    CHECK_EQ(record.count("flush"), 1);
    CHECK_EQ(sink.answers.size(), 51);
    CHECK_EQ(metrics.commands.value(), 51);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "an empty receive costs neither a commit nor a flush") {
    create("q");
    start();
    settle_and_forget();

    const auto request = receive("q");
    settle();

    CHECK_EQ(record.events, Events{"answer " + std::to_string(request)});
    CHECK_EQ(messages_in(request), 0);
    CHECK_EQ(metrics.batches_unchanged.value(), 1);
}

TEST_CASE_FIXTURE(OneCommandABatch, "an answer that may speak of a commit that can be undone waits for its flush") {
    create("q");
    const auto created_already = receive("q");
    start();
    settle();

    CHECK_EQ(record.events, Events{"commit", "flush", "answer 1", "answer 2"});
    CHECK_EQ(sink.answer(created_already).status, Errc::ok);
}

TEST_CASE("however batches are cut, no send is acknowledged before it is durable") {
    for (std::size_t batch = 1; batch < 8; ++batch) {
        CommitLoopFixture loop({.batch_commands_max = batch});
        loop.create("q");
        for (int i = 0; i < 60; ++i) {
            if (i % 5 == 4) loop.receive("q");
            loop.send("q");
            if (i % 7 == 6) loop.receive("empty");
        }
        loop.start();
        loop.settle();

        CHECK_EQ(loop.record.messages_durable, 60);
        CHECK_EQ(loop.sink.acknowledged_too_early, 0);
    }
}

TEST_CASE("the early acknowledgement that exists for a test is what that check would notice") {
    CommitLoopFixture loop({}, {.unsafe_early_acknowledgement = true, .on_store_failure = {}});
    loop.create("q");
    loop.send("q");
    loop.start();
    loop.settle();

    CHECK_EQ(loop.sink.acknowledged_too_early, 1);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "a long poll ends by its own deadline, with no other command") {
    create("q");
    start();
    settle();
    const auto request = receive("q", 1, 5s);
    settle();
    CHECK_FALSE(sink.answered(request));
    CHECK_EQ(metrics.waiting_receives.value(), 1);

    clock.advance(4'999ms);
    settle();
    CHECK_FALSE(sink.answered(request));
    clock.advance(1ms);
    settle();

    REQUIRE(sink.answered(request));
    CHECK_EQ(messages_in(request), 0);
    CHECK_EQ(metrics.waiting_receives.value(), 0);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "a long poll is answered in the same commit as the send that feeds it") {
    create("q");
    start();
    const auto waiting = receive("q", 1, 20s);
    settle_and_forget();

    const auto sent = send("q");
    settle();

    const auto answers = {"answer " + std::to_string(sent), "answer " + std::to_string(waiting)};
    Events expected{"commit", "flush"};
    expected.insert(expected.end(), answers);
    CHECK_EQ(record.events, expected);
    CHECK_EQ(messages_in(waiting), 1);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "answers that hold many bytes are spread over several commits") {
    const std::string body(1'000'000, 'x');
    create("q");
    for (int i = 0; i < 80; ++i) send("q", body);
    start();
    settle_and_forget();
    mailbox.finish();
    thread.join();

    // Eight answers of 10 MB each: 32 MiB are full after the fourth.
    Mailbox second;
    CommitLoop again({store, engine, second, clock, random, sink, metrics, log, durable_ends});
    for (std::uint64_t i = 0; i < 8; ++i) {
        REQUIRE(
            second.put({{0, 1, 1000 + i}, engine::ReceiveMessages{{"", "q"}, 10, {}, {}, {}}, nullptr, 0}).has_value());
    }
    second.finish();
    again.run();

    CHECK_EQ(record.count("commit"), 2);
    for (std::uint64_t i = 0; i < 8; ++i) CHECK_EQ(messages_in(1000 + i), 10);
}

TEST_CASE("when the store fails the loop leaves at once and answers nobody") {
    struct Left {};
    using Operation = store::FaultStore::Operation;
    for (const auto operation : {Operation::put, Operation::commit, Operation::flush}) {
        store::MemoryStore memory;
        store::FaultStore faults(memory);
        engine::Engine engine;
        engine.open(*memory.begin_read());
        Mailbox mailbox;
        ManualClock clock(Timestamp(1'000'000));
        SeededRandom random(1);
        Record record;
        RecordingSink sink(record);
        Metrics metrics;
        Log log;
        DurableEnds durable_ends;
        std::string sentence;
        CommitLoop loop({faults, engine, mailbox, clock, random, sink, metrics, log, durable_ends},
                        {.on_store_failure = [&](std::string_view reason) {
                            sentence = reason;
                            throw Left();
                        }});

        faults.fail_at(operation, 1);
        REQUIRE(mailbox.put({{0, 1, 1}, engine::CreateQueue{{"", "q"}, {}, {}}, nullptr, 0}).has_value());
        CHECK_THROWS_AS(loop.run(), Left);

        CHECK(sink.answers.empty());
        CHECK_EQ(sentence, "The disk failed, as this test told it to.");
    }
}

}  // namespace tern::runtime
