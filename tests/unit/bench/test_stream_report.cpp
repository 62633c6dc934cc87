#include <doctest/doctest.h>

#include <boost/json/object.hpp>

#include "tests/unit/bench/fake_broker.hpp"
#include "tests/unit/bench/quick_run.hpp"
#include "tools/bench/append_lane.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/stream_bench.hpp"
#include "tools/bench/stream_report.hpp"

using namespace tern::bench;

namespace {

StreamBenchOptions options_for(const FakeBroker& broker, StreamMix mix) {
    StreamBenchOptions options;
    options.workload = {.mix = mix, .partitions = 2, .connections = 2, .in_flight = 2, .batch_records = 10};
    options.server = to_string(broker.endpoint());
    options.allow_memory = true;
    options.times = {.warm_up_seconds = 0.02, .seconds = 0.1};
    return options;
}

void check_numbers(const boost::json::object& json, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        CAPTURE(name);
        REQUIRE(json.contains(name));
        CHECK(json.at(name).is_number());
    }
}

}  // namespace

TEST_CASE("the report of appends has every figure that scripts rely on") {
    const FakeBroker broker;
    auto options = options_for(broker, StreamMix::append);
    options.baseline = true;
    options.rounds = 3;

    const auto json = as_json(run_stream_bench(options, quiet));

    check_numbers(json, {"records_per_s", "bytes_per_s", "commits_per_s", "commands_per_commit", "bytes_per_commit",
                         "broker_cpu_seconds", "rss_anon_bytes", "ratio_to_store_loop", "ratio_to_fdatasync",
                         "fdatasync_per_s", "store_loop_per_s", "store_loop_bytes_per_s"});
    for (const char* name : {"p50", "p90", "p99", "p999", "max"}) {
        CAPTURE(name);
        CHECK_GT(json.at("latency_ms").at(name).as_double(), 0);
    }
    CHECK_EQ(json.at("rounds").as_array().size(), 3);
    CHECK_FALSE(json.contains("fetched_bytes_per_s"));
}

TEST_CASE("the report of fetches tells what was read, and of idle groups their memory") {
    const FakeBroker broker;
    auto options = options_for(broker, StreamMix::fetch);
    options.backlog = 100;
    options.groups = 5;

    const auto json = as_json(run_stream_bench(options, quiet));

    check_numbers(json, {"records_per_s", "fetched_bytes_per_s", "rss_anon_bytes_per_group"});
    CHECK_FALSE(json.contains("ratio_to_store_loop"));
    CHECK_FALSE(json.contains("bytes_per_commit"));
}

TEST_CASE("the report of both tells the effect of consumers on appends") {
    const FakeBroker broker;

    auto options = options_for(broker, StreamMix::both);
    // Long enough for both to get something done on a slow and busy machine: of nothing there is no ratio.
    options.times.seconds = 1;

    const auto json = as_json(run_stream_bench(options, quiet));

    check_numbers(json,
                  {"records_per_s_alone", "ratio_with_consumer", "ratio_p50_with_consumer", "fetched_bytes_per_s"});
}

TEST_CASE("the report of a tail compares a record's receipt with its acknowledgement") {
    const FakeBroker broker;

    const auto json = as_json(run_stream_bench(options_for(broker, StreamMix::tail), quiet));

    check_numbers(json, {"ratio_tail_to_append"});
    CHECK_GT(json.at("receipt_ms").at("p50").as_double(), 0);
}

TEST_CASE("ratios of streams are made within a turn, and the median is taken of them") {
    std::vector<StreamTurn> turns(3);
    const std::uint64_t records[] = {100, 900, 300}, loops[] = {200, 1000, 400};
    for (std::size_t i = 0; i < 3; ++i) {
        turns[i].round.appends.messages = records[i];
        turns[i].round.appends.seconds = 1;
        turns[i].round.broker = {.seconds = 1, .commits = 10};
        turns[i].baseline.emplace().blocks = {.seconds = 1, .records = loops[i], .commits = 1};
        turns[i].baseline->flush.seconds = 2;
        turns[i].baseline->flush.flushes = 20;
        turns[i].baseline->flush.latency.record(1);
    }

    const StreamBenchOptions options;
    const auto report = summarize(options, turns);

    CHECK_EQ(report.records_per_s, 300);
    CHECK_EQ(report.ratio_to_store_loop, doctest::Approx(0.75));
    CHECK_EQ(report.ratio_to_fdatasync, doctest::Approx(30));
}

TEST_CASE("stream options that make no sense are refused by name") {
    const FakeBroker broker;
    auto options = options_for(broker, StreamMix::fetch);
    CHECK_THROWS_WITH_AS(run_stream_bench(options, quiet), doctest::Contains("--backlog"), BadOption);

    options = options_for(broker, StreamMix::append);
    options.workload.partitions = 0;
    CHECK_THROWS_WITH_AS(run_stream_bench(options, quiet), doctest::Contains("--partitions"), BadOption);

    options = options_for(broker, StreamMix::append);
    options.workload.batch_records = 65'536;
    options.workload.record_bytes = 1'000;
    CHECK_THROWS_WITH_AS(run_stream_bench(options, quiet), doctest::Contains("--batch times --bytes"), BadOption);
}
