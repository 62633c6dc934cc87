#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "broker/runtime/commit_loop.hpp"
#include "broker/store/memory_store.hpp"
#include "tests/unit/runtime/recording_store.hpp"

namespace tern::runtime {

/// A commit loop over the real engine and a store in memory, with a clock that moves by hand. Commands that are put
/// before `start` are there together when the loop begins.
struct CommitLoopFixture {
    explicit CommitLoopFixture(MailboxLimits limits = {}, CommitLoopOptions options = {})
        : mailbox(limits),
          loop({store, engine, mailbox, clock, random, sink, metrics, log, durable_ends}, std::move(options)) {
        engine.open(*store.begin_read());
        clock.on_advance([this] { mailbox.wake(); });
    }
    ~CommitLoopFixture() {
        mailbox.finish();
        if (thread.joinable()) thread.join();
    }

    void start() {
        thread = std::thread([this] { loop.run(); });
    }
    /// Waits until all that was put is dealt with, then forgets what was recorded if asked to.
    void settle() { REQUIRE(mailbox.wait_until_idle(std::chrono::seconds(10))); }
    void settle_and_forget() {
        settle();
        record.events.clear();
    }

    /// Puts a command of a session; its request number is told.
    std::uint64_t put(engine::Command&& command, std::uint64_t session = 1) {
        REQUIRE(mailbox.put({{0, session, ++requests}, std::move(command), nullptr, 0}).has_value());
        return requests;
    }
    std::uint64_t create(const std::string& queue) { return put(engine::CreateQueue{{"", queue}, {}, {}}); }
    std::uint64_t send(const std::string& queue, BytesView body = "a body") {
        engine::NewMessage message;
        message.body = body;
        return put(engine::SendMessages{{"", queue}, {message}});
    }
    std::uint64_t receive(const std::string& queue, std::int64_t messages_max = 1, Milliseconds wait = Milliseconds(0),
                          std::uint64_t session = 1) {
        return put(engine::ReceiveMessages{{"", queue}, messages_max, {}, wait, {}}, session);
    }
    std::size_t messages_in(std::uint64_t request) const {
        return std::get<engine::Messages>(sink.answer(request).body).messages.size();
    }

    Record record;
    store::MemoryStore memory;
    RecordingStore store{memory, record};
    engine::Engine engine;
    Mailbox mailbox;
    ManualClock clock{Timestamp(1'000'000)};
    SeededRandom random{1};
    RecordingSink sink{record};
    Metrics metrics;
    Log log;
    DurableEnds durable_ends;
    CommitLoop loop;
    std::thread thread;
    std::uint64_t requests = 0;
};

inline store::Space space_that_is(store::SpaceState state) {
    store::Space space;
    space.state = state;
    return space;
}

}  // namespace tern::runtime
