#include <doctest/doctest.h>

#include <string>

#include "tests/unit/runtime/commit_loop_fixture.hpp"

namespace tern::runtime {

using namespace std::chrono_literals;
using store::SpaceState;

TEST_CASE_FIXTURE(CommitLoopFixture, "with little space what grows is refused, and receives and deletes go on") {
    create("q");
    send("q");
    start();
    settle();

    memory.set_space(space_that_is(SpaceState::low));
    const auto refused = send("q");
    const auto received = receive("q");
    settle();
    const auto handle = std::get<engine::Messages>(sink.answer(received).body).messages.at(0).receipt_handle;
    const auto removed = put(engine::DeleteMessages{{"", "q"}, {handle}});
    settle();

    CHECK_EQ(sink.answer(refused).status, Errc::storage_full);
    CHECK_EQ(sink.answer(removed).status, Errc::ok);
    CHECK_EQ(metrics.messages_deleted.value(), 1);
    CHECK_EQ(metrics.commands_refused_storage_full.value(), 1);
    CHECK_EQ(loop.last_space().state, SpaceState::low);
}

TEST_CASE("with little space a commit holds sixteen entries at most") {
    CommitLoopFixture first;
    first.create("q");
    for (int i = 0; i < 40; ++i) first.send("q");
    first.start();
    first.settle_and_forget();
    first.mailbox.finish();
    first.thread.join();

    first.memory.set_space(space_that_is(SpaceState::low));
    Mailbox mailbox;
    CommitLoop loop({first.store, first.engine, mailbox, first.clock, first.random, first.sink, first.metrics,
                     first.log, first.durable_ends});
    for (std::uint64_t i = 0; i < 40; ++i) {
        REQUIRE(
            mailbox.put({{0, 1, 1000 + i}, engine::ReceiveMessages{{"", "q"}, 1, {}, {}, {}}, nullptr, 0}).has_value());
    }
    mailbox.finish();
    loop.run();

    CHECK_EQ(first.record.count("commit"), 3);
    for (std::uint64_t i = 0; i < 40; ++i) CHECK_EQ(first.messages_in(1000 + i), 1);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "with no space at all every command is refused, and nothing is written") {
    create("q");
    send("q");
    start();
    settle_and_forget();

    memory.set_space(space_that_is(SpaceState::exhausted));
    const auto sent = send("q");
    const auto received = receive("q");
    settle();

    CHECK_EQ(record.count("commit"), 0);
    CHECK_EQ(sink.answer(sent).status, Errc::storage_full);
    CHECK_EQ(sink.answer(received).status, Errc::storage_full);
    CHECK_EQ(loop.last_space().state, SpaceState::exhausted);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "work goes on by itself when space is back") {
    create("q");
    start();
    settle();
    memory.set_space(space_that_is(SpaceState::exhausted));
    const auto refused = send("q");
    settle();
    CHECK_EQ(sink.answer(refused).status, Errc::storage_full);

    memory.set_space(space_that_is(SpaceState::plenty));
    clock.advance(1s);
    settle();
    CHECK_EQ(loop.last_space().state, SpaceState::plenty);
    const auto sent = send("q");
    settle();

    CHECK_EQ(sink.answer(sent).status, Errc::ok);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "a session that ends while there is no space takes no message later") {
    create("q");
    start();
    const auto gone = receive("q", 1, 20s, 7);
    settle();

    memory.set_space(space_that_is(SpaceState::exhausted));
    mailbox.put_internal({0, 7, 0}, engine::EndSession{});
    settle();
    memory.set_space(space_that_is(SpaceState::plenty));
    clock.advance(1s);
    settle();
    send("q");
    const auto received = receive("q", 1, 0s, 8);
    settle();

    CHECK_FALSE(sink.answered(gone));
    CHECK_EQ(messages_in(received), 1);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "a long poll ends in time though there is no space") {
    create("q");
    start();
    const auto waiting = receive("q", 1, 1s);
    settle();

    memory.set_space(space_that_is(SpaceState::exhausted));
    clock.advance(2s);
    settle();

    CHECK_EQ(sink.answer(waiting).status, Errc::ok);
    CHECK_EQ(messages_in(waiting), 0);
}

TEST_CASE_FIXTURE(CommitLoopFixture, "what falls due while there is no space is done when there is") {
    create("q");
    start();
    settle();
    send("q");
    const auto held = receive("q");
    settle();
    CHECK_EQ(messages_in(held), 1);
    clock.advance(15s);
    const auto waiting = receive("q", 1, 20s);
    settle();

    memory.set_space(space_that_is(SpaceState::exhausted));
    // The visibility timeout of the message that was received ends, but the poll goes on.
    clock.advance(16s);
    settle();
    CHECK_FALSE(sink.answered(waiting));
    memory.set_space(space_that_is(SpaceState::plenty));
    clock.advance(1s);
    settle();

    CHECK_EQ(messages_in(waiting), 1);
}

}  // namespace tern::runtime
