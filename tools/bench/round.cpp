#include "tools/bench/round.hpp"

#include <fmt/format.h>

#include <future>
#include <mutex>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace {

struct Reading {
    BrokerReport report;
    ProcessUsage usage;
};

/// After a load of sends the queues hold more than before, after a load of deletes less; after whole cycles the same.
void check_counts(const Workload& workload, const QueueTotals& before, const QueueTotals& after) {
    const bool right = workload.mix == Mix::cycle  ? after.visible == before.visible && after.in_flight == 0
                       : workload.mix == Mix::send ? after.visible > before.visible && after.in_flight == 0
                                                   : after.visible < before.visible && after.in_flight == 0;
    if (right) return;
    throw BenchError(
        fmt::format("The queues' counts are wrong: {} visible and {} in flight before the load, {} and {} "
                    "after it.",
                    before.visible, before.in_flight, after.visible, after.in_flight));
}

}  // namespace

Round run_round(Target& target, const Workload& workload, LoadTimes times) {
    const auto before = target.control().totals(workload.queues);
    // The broker is asked from another thread, so that the load does not wait for the answer.
    Control observer(target.endpoint());
    std::mutex observing;
    const auto read = [&] {
        const std::lock_guard lock(observing);
        auto report = observer.report();
        return Reading{std::move(report), target.usage()};
    };
    std::future<Reading> at_begin, at_end;
    const LoadWindow window{
        .begins = [&] { at_begin = std::async(std::launch::async, read); },
        .ends = [&] { at_end = std::async(std::launch::async, read); },
    };

    Round round;
    round.load = run_load(target.endpoint(), workload, times, window);
    const auto began = at_begin.get(), ended = at_end.get();
    check_counts(workload, before, target.control().totals(workload.queues));

    const auto between = ended.report.now_seconds - began.report.now_seconds;
    const auto commits = static_cast<double>(ended.report.commits_total - began.report.commits_total);
    const auto commands = static_cast<double>(ended.report.commands_total - began.report.commands_total);
    if (between <= 0 || commits <= 0)
        throw BenchError("The measured time is too short to tell anything: use longer --seconds.");
    round.throughput_per_s = static_cast<double>(round.load.messages) / round.load.seconds;
    round.commits_per_s = commits / between;
    round.commands_per_commit = commands / commits;
    round.messages_per_commit = round.throughput_per_s / round.commits_per_s;
    round.broker_cpu_seconds = ended.usage.cpu_seconds - began.usage.cpu_seconds;
    round.rss_anonymous_bytes = ended.usage.rss_anonymous_bytes;
    return round;
}

}  // namespace tern::bench
