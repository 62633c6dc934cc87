#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <filesystem>

#include "tests/unit/bench/fake_broker.hpp"
#include "tests/unit/bench/quick_run.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/broker_process.hpp"
#include "tools/bench/queue_bench.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/suite.hpp"

using namespace tern::bench;

namespace {

QueueBenchOptions options_for(const FakeBroker& broker) {
    QueueBenchOptions options;
    options.workload.connections = 2;
    options.server = to_string(broker.endpoint());
    options.allow_memory = true;
    options.times = {.warm_up_seconds = 0.02, .seconds = 0.1};
    return options;
}

}  // namespace

TEST_CASE("the report has every figure that scripts rely on") {
    const FakeBroker broker;
    auto options = options_for(broker);
    options.baseline = true;
    options.rounds = 3;

    const auto json = as_json(run_queue_bench(options, quiet));

    for (const char* name : {"throughput_per_s", "rss_anon_bytes", "broker_cpu_seconds", "commits_per_s",
                             "commands_per_commit", "ratio_to_store_loop", "ratio_to_fdatasync",
                             "ratio_p50_to_fdatasync", "fdatasync_per_s", "store_loop_per_s"}) {
        CAPTURE(name);
        REQUIRE(json.contains(name));
        CHECK(json.at(name).is_number());
    }
    for (const char* latency : {"latency_ms", "fdatasync_ms"})
        for (const char* name : {"p50", "p90", "p99", "p999", "max"}) {
            CAPTURE(name);
            CHECK_GT(json.at(latency).at(name).as_double(), 0);
        }
    CHECK_EQ(json.at("rounds").as_array().size(), 3);
}

TEST_CASE("without a baseline the report has no ratios rather than made-up ones") {
    const FakeBroker broker;

    const auto json = as_json(run_queue_bench(options_for(broker), quiet));

    CHECK_FALSE(json.contains("ratio_to_store_loop"));
    CHECK_FALSE(json.contains("fdatasync_ms"));
}

TEST_CASE("ratios are made within a round, and the median is taken of them") {
    std::vector<Round> rounds(3);
    std::vector<Baseline> baselines(3);
    const double throughputs[] = {100, 900, 300}, loops[] = {200, 1000, 400};
    for (std::size_t i = 0; i < 3; ++i) {
        rounds[i].throughput_per_s = throughputs[i];
        rounds[i].load.latencies[0].record(200 * (i + 1));
        baselines[i].store_loop_per_s = loops[i];
        baselines[i].flush.seconds = 2;
        baselines[i].flush.flushes = 20;
        baselines[i].flush.latency.record(100);
    }

    const auto report = summarize({}, rounds, baselines);

    CHECK_EQ(report.throughput_per_s, 300);
    CHECK_EQ(report.ratio_to_store_loop, 0.75);
    CHECK_EQ(report.fdatasync_per_s, 10);
    CHECK_EQ(report.ratio_to_fdatasync, 30);
    CHECK_EQ(report.ratio_p50_to_fdatasync, doctest::Approx(4).epsilon(0.01));
}

TEST_CASE("options that make no sense are refused with the option's name") {
    const FakeBroker broker;
    auto options = options_for(broker);
    options.workload.batch = 1001;
    CHECK_THROWS_WITH_AS(run_queue_bench(options, quiet), doctest::Contains("--batch"), BadOption);

    options = options_for(broker);
    options.workload.mix = Mix::receive_delete;
    CHECK_THROWS_WITH_AS(run_queue_bench(options, quiet), doctest::Contains("--backlog"), BadOption);

    options = options_for(broker);
    options.server = "localhost";
    CHECK_THROWS_WITH_AS(run_queue_bench(options, quiet), doctest::Contains("HOST:PORT"), BadOption);

    options = options_for(broker);
    options.data = "/dev/shm";
    options.allow_memory = false;
    if (std::filesystem::is_directory(options.data))
        CHECK_THROWS_WITH_AS(run_queue_bench(options, quiet), doctest::Contains("--data"), BadOption);
}

TEST_CASE("the address of a broker is found in the line that it prints when it is ready") {
    const auto endpoint = endpoint_in("ternd 0.1.0 ready: native 127.0.0.1:4565, http 127.0.0.1:4566");

    CHECK_EQ(to_string(endpoint), "127.0.0.1:4565");
    CHECK_THROWS_AS(endpoint_in("no address here"), BenchError);
}

TEST_CASE("numbers are told as people read them") {
    CHECK_EQ(with_commas(0), "0");
    CHECK_EQ(with_commas(999), "999");
    CHECK_EQ(with_commas(1234567.4), "1,234,567");
    CHECK_EQ(human_bytes(1536), "1.5 KiB");
    CHECK_EQ(human_bytes(9u << 20), "9.0 MiB");
    CHECK_EQ(aligned({{"a", "1"}, {"long", "2"}}), "a     1\nlong  2\n");
}

TEST_CASE("a target is met from its own side only") {
    const SuiteRow floor{"cycle", "", 0.5, false, "", 0.49, {}};
    const SuiteRow ceiling{"memory", "", 12, true, "MiB", 11.9, {}};

    CHECK_FALSE(floor.met());
    CHECK(ceiling.met());
}
