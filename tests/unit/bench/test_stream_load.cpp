#include <doctest/doctest.h>

#include "tests/unit/bench/fake_broker.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/idle_groups.hpp"
#include "tools/bench/stream_round.hpp"
#include "tools/bench/tail_loop.hpp"

using namespace tern::bench;

namespace {

constexpr LoadTimes short_stream_times{.warm_up_seconds = 0.02, .seconds = 0.1};

StreamWorkload small_workload() {
    return {.partitions = 3, .connections = 2, .in_flight = 3, .record_bytes = 50, .batch_records = 10};
}

/// A fake broker with a stream and a workload for it.
struct StreamOnFake {
    explicit StreamOnFake(FakeStreams::Faults faults)
        : broker({.streams = faults}),
          target(Target::connect(broker.endpoint())),
          stream(target, "test", 3) {
        workload.stream = stream.name();
    }
    StreamOnFake() : StreamOnFake(FakeStreams::Faults()) {}

    StreamRound append(Consumers consumers = Consumers::none) {
        return run_append_round(target, workload, short_stream_times, consumers);
    }
    StreamRound fetch() { return run_fetch_round(target, workload, short_stream_times); }

    FakeBroker broker;
    Target target;
    BenchStream stream;
    StreamWorkload workload = small_workload();
};

void append_with(FakeStreams::Faults faults) {
    StreamOnFake fake(faults);
    fake.append();
}

void fetch_with(FakeStreams::Faults faults) {
    StreamOnFake fake(faults);
    fake.stream.fill(fake.workload, 1000);
    fake.fetch();
}

}  // namespace

TEST_CASE("a load of appends counts records and bytes, and leaves at least what it counted") {
    StreamOnFake fake;
    const auto batch = build_batch(fake.workload);

    const auto round = fake.append();

    CHECK_GT(round.appends.messages, 0);
    CHECK_EQ(round.appends.messages, round.appends.requests * 10);
    CHECK_EQ(round.appends.bytes, round.appends.requests * batch.bytes.size());
    CHECK_GE(fake.broker.streams().records(), round.appends.messages);
    CHECK_EQ(round.fetches.requests, 0);
    CHECK_EQ(round.broker.commands_per_commit(), doctest::Approx(4).epsilon(0.1));
}

TEST_CASE("all partitions get appends") {
    StreamOnFake fake;

    fake.append();

    for (const auto& range : fake.stream.ranges()) CHECK_GT(range.end, 0);
}

TEST_CASE("appends at a given rate are no faster than that") {
    StreamOnFake fake;
    fake.workload.records_per_s_max = 5'000;

    const auto round = fake.append();

    CHECK_GT(round.appends.messages, 0);
    // Turns of a tick may fall on either side of the window's ends.
    CHECK_LE(static_cast<double>(round.appends.messages), 5'000 * (round.appends.seconds + 0.01));
}

TEST_CASE("a stream is filled with what is asked for, rounded up to a batch, over all partitions") {
    StreamOnFake fake;

    fake.stream.fill(fake.workload, 1001);

    CHECK_EQ(fake.broker.streams().records(), 1010);
    for (const auto& range : fake.stream.ranges()) CHECK_GT(range.end, 0);
}

TEST_CASE("consumers read a stream around and around") {
    StreamOnFake fake;
    fake.workload.consumers = 2;
    fake.stream.fill(fake.workload, 300);

    const auto round = fake.fetch();

    CHECK_GT(round.fetches.messages, 600);
    CHECK_GT(round.fetches.bytes, round.fetches.messages * 50);
    CHECK_EQ(round.appends.requests, 0);
}

TEST_CASE("consumers beside appends read what was there and what is appended") {
    StreamOnFake fake;
    fake.workload.records_per_s_max = 20'000;
    fake.stream.fill(fake.workload, 100);

    const auto round = fake.append(Consumers::reading);

    CHECK_GT(round.appends.messages, 0);
    CHECK_GT(round.fetches.messages, 0);
}

TEST_CASE("an empty stream is nothing to fetch from") {
    StreamOnFake fake;

    CHECK_THROWS_WITH_AS(fake.fetch(), doctest::Contains("--backlog"), BenchError);
}

TEST_CASE("a record is timed to its acknowledgement and to a fetch that waits for it") {
    StreamOnFake fake;
    fake.stream.fill(fake.workload, 100);
    fake.workload.records_per_s_max = 500;

    const auto result = run_tail_loop(fake.target, fake.workload, short_stream_times);

    CHECK_GT(result.received.count(), 5);
    CHECK_EQ(result.received.count(), result.acknowledged.count());
    CHECK_GT(result.received.percentile(50), 0);
}

TEST_CASE("a refused append ends the measurement with the broker's reason") {
    CHECK_THROWS_WITH_AS(append_with({.refuse = true}), doctest::Contains("refused a append: 110 overloaded"),
                         BenchError);
}

TEST_CASE("an offset that is left out ends the measurement") {
    CHECK_THROWS_WITH_AS(append_with({.leave_an_offset_out = true}), doctest::Contains("The broker gave a batch of 10"),
                         BenchError);
}

TEST_CASE("an offset that is told twice ends the measurement") {
    CHECK_THROWS_AS(append_with({.tell_an_offset_twice = true}), BenchError);
}

TEST_CASE("an append that is acknowledged and not done ends the measurement") {
    CHECK_THROWS_AS(append_with({.forget = true}), BenchError);
}

TEST_CASE("an append that is taken for a repetition ends the measurement") {
    CHECK_THROWS_WITH_AS(append_with({.take_for_repetition = true}), doctest::Contains("repetition"), BenchError);
}

TEST_CASE("a fetched batch that is damaged ends the measurement") {
    CHECK_THROWS_WITH_AS(fetch_with({.damage = true}), doctest::Contains("does not hold"), BenchError);
}

TEST_CASE("a fetched batch that is left out ends the measurement") {
    CHECK_THROWS_WITH_AS(fetch_with({.leave_a_batch_out = true}), doctest::Contains("comes next"), BenchError);
}

TEST_CASE("fetches that bring nothing end the measurement") {
    CHECK_THROWS_WITH_AS(fetch_with({.withhold = true}), doctest::Contains("hands out nothing"), BenchError);
}

TEST_CASE("a stream made on a broker that runs on is deleted at the end, and so are groups") {
    FakeBroker broker;
    auto target = Target::connect(broker.endpoint());
    {
        BenchStream stream(target, "test", 3);
        auto workload = small_workload();
        workload.stream = stream.name();
        CHECK_EQ(broker.streams().streams(), 1);

        rss_anonymous_bytes_per_group(target, workload, 20);
    }

    CHECK_EQ(broker.streams().streams(), 0);
    CHECK_EQ(broker.streams().groups(), 0);
}
