#include "tools/bench/tail_loop.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "protocol/limits.hpp"
#include "tools/bench/answer.hpp"
#include "tools/bench/batch_scan.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/bench_stream.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/stream_frame.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

constexpr double records_per_s_usual = 200;
constexpr std::uint32_t partition = 0;
/// What a fetch has at least to get to where it waits.
constexpr auto time_to_park = std::chrono::milliseconds(1);
/// How long the loop waits for answers at most before it looks at the time.
constexpr int poll_ms = 1'000;

StreamWorkload of_single_records(StreamWorkload workload) {
    workload.batch_records = 1;
    return workload;
}

class TailLoop {
public:
    TailLoop(Target& target, const StreamWorkload& workload)
        : producer_(target.endpoint()),
          consumer_(target.endpoint()),
          append_(workload.stream, build_batch(of_single_records(workload)).bytes),
          fetch_(workload.stream, {.partitions = {partition}, .wait_ms = protocol::wait_ms_max}),
          offset_(partition_ranges(target.control(), workload.stream)[partition].end) {
        append_.set_partition(partition);
    }

    TailResult run(double interval_seconds, const LoadTimes& times, const LoadWindow& window) {
        auto next_at = Clock::now();
        const auto measure_from = next_at + as_duration(times.warm_up_seconds);
        const auto until = measure_from + as_duration(times.seconds);
        const auto step = [&] {
            next_at = std::max(next_at + as_duration(interval_seconds), Clock::now() + time_to_park);
            measure_at(next_at);
        };
        while (next_at < measure_from) step();
        result_ = {};
        const auto began_at = Clock::now();
        window.begins();
        while (next_at < until) step();
        window.ends();
        result_.seconds = seconds_between(began_at, Clock::now());
        return std::move(result_);
    }

private:
    /// Asks for a record that comes then.
    void measure_at(Instant then) {
        fetch_.set_id(offset_);
        fetch_.set_offset(0, offset_);
        consumer_.append(fetch_.bytes());
        consumer_.write();
        acknowledged_at_ = received_at_ = std::nullopt;
        std::this_thread::sleep_until(then);

        append_.set_id(offset_);
        const auto asked_at = Clock::now();
        producer_.append(append_.bytes());
        producer_.write();
        while (!received_at_ || !acknowledged_at_) await(asked_at);
        result_.acknowledged.record(nanoseconds_between(asked_at, *acknowledged_at_));
        result_.received.record(nanoseconds_between(asked_at, *received_at_));
        ++offset_;
    }

    void await(Instant asked_at) {
        pollfd waiting[] = {{producer_.descriptor(), POLLIN, 0}, {consumer_.descriptor(), POLLIN, 0}};
        if (poll(waiting, 2, poll_ms) < 0 && errno != EINTR) throw BenchError("Waiting for the broker failed.");
        stop_if_interrupted();
        const auto now = Clock::now();
        if (seconds_between(asked_at, now) > silence_seconds_max)
            throw BenchError("The broker did not answer for a minute.");
        if (waiting[0].revents != 0) producer_.read([&](const wire::Reply& reply) { take_appended(reply, now); });
        if (waiting[1].revents != 0) consumer_.read([&](const wire::Reply& reply) { take_fetched(reply, now); });
    }

    void take_appended(const wire::Reply& reply, Instant now) {
        const auto& result = appended_in(reply);
        if (acknowledged_at_ || result.base_offset() != static_cast<std::int64_t>(offset_))
            throw BenchError("The broker gave a record another offset than the next one.");
        acknowledged_at_ = now;
    }

    void take_fetched(const wire::Reply& reply, Instant now) {
        const auto& answer = body_of<wire::FetchResults>(reply, "fetch");
        check_entries(answer.results(), 1, "fetch");
        const auto* batches = answer.results()->Get(0)->batches();
        auto next = offset_;
        if (batches != nullptr) scan_batches({reinterpret_cast<const char*>(batches->data()), batches->size()}, next);
        if (received_at_ || next != offset_ + 1)
            throw BenchError("A fetch that waited for one record was answered with something else.");
        received_at_ = now;
    }

    Connection producer_;
    Connection consumer_;
    AppendFrame append_;
    FetchFrame fetch_;
    /// Of the next record.
    std::uint64_t offset_;
    std::optional<Instant> acknowledged_at_, received_at_;
    TailResult result_;
};

}  // namespace

TailResult run_tail_loop(Target& target, const StreamWorkload& workload, const LoadTimes& times) {
    const auto per_s = workload.records_per_s_max > 0 ? workload.records_per_s_max : records_per_s_usual;
    Observer observer(target);
    const auto window = observer.window();
    auto result = TailLoop(target, workload).run(1 / per_s, times, window);
    result.broker = observer.result();
    if (result.received.count() == 0)
        throw BenchError("The measured time is too short to tell anything: use longer --seconds.");
    return result;
}

}  // namespace tern::bench
