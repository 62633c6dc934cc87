#include "tools/bench/round.hpp"

#include <fmt/format.h>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/observer.hpp"

namespace tern::bench {

namespace {

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
    Observer observer(target);
    Round round;
    round.load = run_load(target.endpoint(), workload, times, observer.window());
    const auto observed = observer.result();
    check_counts(workload, before, target.control().totals(workload.queues));

    if (observed.commits <= 0)
        throw BenchError("The measured time is too short to tell anything: use longer --seconds.");
    round.throughput_per_s = static_cast<double>(round.load.messages) / round.load.seconds;
    round.commits_per_s = observed.commits_per_s();
    round.commands_per_commit = observed.commands_per_commit();
    round.messages_per_commit = round.throughput_per_s / round.commits_per_s;
    round.broker_cpu_seconds = observed.cpu_seconds;
    round.rss_anonymous_bytes = observed.rss_anonymous_bytes;
    return round;
}

}  // namespace tern::bench
