#include <doctest/doctest.h>

#include "tests/unit/bench/fake_broker.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/control.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/round.hpp"

using namespace tern::bench;

namespace {

constexpr LoadTimes short_times{.warm_up_seconds = 0.02, .seconds = 0.2};

Workload small_workload(Mix mix) {
    return {.mix = mix, .connections = 3, .in_flight = 4, .batch = 10, .body_bytes = 50, .queues = {"one", "two"}};
}

void run_with(FakeBroker::Faults faults) {
    const FakeBroker broker(faults);
    run_load(broker.endpoint(), small_workload(Mix::cycle), short_times);
}

}  // namespace

TEST_CASE("a load of cycles leaves the queues as they were, and counts each message once") {
    FakeBroker broker;
    auto target = Target::connect(broker.endpoint());

    const auto round = run_round(target, small_workload(Mix::cycle), short_times);

    CHECK_EQ(broker.visible(), 0);
    CHECK_GT(round.load.messages, 0);
    CHECK_EQ(round.load.messages % 10, 0);
    CHECK_EQ(round.commands_per_commit, doctest::Approx(4).epsilon(0.01));
}

TEST_CASE("cycles whose batches are no multiple of a receive come out even, too") {
    for (const std::size_t batch : {1, 7, 15, 40}) {
        const FakeBroker broker;
        auto workload = small_workload(Mix::cycle);
        workload.batch = batch;

        const auto result = run_load(broker.endpoint(), workload, short_times);

        CAPTURE(batch);
        CHECK_EQ(broker.visible(), 0);
        CHECK_GT(result.messages, 0);
    }
}

TEST_CASE("a load of sends leaves at least what it counted in the queues") {
    const FakeBroker broker;

    const auto result = run_load(broker.endpoint(), small_workload(Mix::send), short_times);

    CHECK_GT(result.messages, 0);
    CHECK_GE(broker.visible(), result.messages);
    CHECK_EQ(result.latencies[0].count() * 10, result.messages);
}

TEST_CASE("a backlog is filled evenly, and a load of deletes ends when it is used up") {
    const FakeBroker broker;
    auto workload = small_workload(Mix::receive_delete);
    Control(broker.endpoint()).fill(workload, 20'001);
    CHECK_EQ(broker.visible(), 20'001);
    const auto one = Control(broker.endpoint()).totals({"one"}).visible;
    CHECK_EQ(one, 10'000);

    const auto result = run_load(broker.endpoint(), workload, {.warm_up_seconds = 0, .seconds = 600});

    CHECK_EQ(broker.visible(), 0);
    CHECK_GT(result.messages, 0);
    CHECK_LE(result.messages, 20'001);
    CHECK_LT(result.seconds, 600);
}

TEST_CASE("the load uses all of many queues") {
    const FakeBroker broker;
    auto workload = small_workload(Mix::send);
    workload.queues.clear();
    for (int i = 0; i < 30; ++i) workload.queues.push_back("queue-" + std::to_string(i));

    run_load(broker.endpoint(), workload, short_times);

    for (const auto& queue : workload.queues) CHECK_GT(Control(broker.endpoint()).totals({queue}).visible, 0);
}

TEST_CASE("a refused entry ends the measurement with the broker's reason") {
    CHECK_THROWS_WITH_AS(run_with({.refuse_last_entry = true}),
                         doctest::Contains("The broker refused a send: 110 overloaded"), BenchError);
}

TEST_CASE("an answer with too few results ends the measurement") {
    CHECK_THROWS_WITH_AS(run_with({.forget_one_result = true}), "A delete of 10 entries was answered with 9 results.",
                         BenchError);
}

TEST_CASE("a message that comes back shorter ends the measurement") {
    CHECK_THROWS_AS(run_with({.cut_bodies = true}), BenchError);
}

TEST_CASE("messages that are still there after their deletion are noticed") {
    const FakeBroker broker({.ignore_deletes = true});
    auto target = Target::connect(broker.endpoint());

    CHECK_THROWS_WITH_AS(run_round(target, small_workload(Mix::cycle), short_times),
                         doctest::Contains("The queues' counts are wrong"), BenchError);
}

TEST_CASE("queues made on a broker that runs on are deleted at the end") {
    FakeBroker broker;
    auto target = Target::connect(broker.endpoint());
    {
        const BenchQueues queues(target, "test", 300, 200);
        CHECK_EQ(broker.queues(), 300);
    }

    CHECK_EQ(broker.queues(), 0);
}
