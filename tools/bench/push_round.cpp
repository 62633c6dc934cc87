#include "tools/bench/push_round.hpp"

#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace {

constexpr double silence_seconds_max = 10;
constexpr int push_wait_ms_max = 100;

/// Who may publish when.
class PushPace {
public:
    PushPace(ReaderProcess& reader, const TopicWorkload& workload)
        : reader_(reader),
          workload_(workload),
          delivered_before_(reader.delivered()),
          progress_at_(Clock::now()) {}

    bool in_window() const { return under_way() <= (workload_.in_flight - 1) * workload_.subscribers; }
    bool all_received() const { return under_way() == 0; }
    /// When the rate allows the next one.
    bool is_time(Instant now) const { return workload_.publications_per_s_max <= 0 || now >= next_at_; }

    void count(Instant now) {
        ++published_;
        if (workload_.publications_per_s_max <= 0) return;
        // Late ones are made up for, so that the rate is kept.
        if (next_at_ == Instant{}) next_at_ = now;
        next_at_ += as_duration(1 / workload_.publications_per_s_max);
    }

    /// Waits for the source, the reader or the next one's time.
    void wait(const PushSource& source) {
        reader_.expect_progress();
        if (in_window() && is_time(Clock::now()) && source.has_room()) return;
        std::vector<pollfd> waiting{{reader_.progress_descriptor(), POLLIN, 0}};
        source.add_descriptors(waiting);
        poll(waiting.data(), waiting.size(), milliseconds_to_next());
        reader_.take_progress();
    }

    void check() {
        stop_if_interrupted();
        reader_.check();
        const auto delivered = reader_.delivered();
        if (delivered != seen_ || all_received()) {
            seen_ = delivered;
            progress_at_ = Clock::now();
        }
        if (seconds_between(progress_at_, Clock::now()) > silence_seconds_max)
            throw BenchError("Publications did not reach all subscribers within ten seconds.");
    }

    std::uint64_t published() const { return published_; }

private:
    std::uint64_t under_way() const {
        const auto delivered = reader_.delivered() - delivered_before_;
        const auto expected = published_ * workload_.subscribers;
        return expected > delivered ? expected - delivered : 0;
    }

    int milliseconds_to_next() const {
        if (workload_.publications_per_s_max <= 0) return push_wait_ms_max;
        const auto left = seconds_between(Clock::now(), next_at_) * 1000;
        return left <= 0                 ? (in_window() ? 0 : push_wait_ms_max)
               : left < push_wait_ms_max ? static_cast<int>(left)
                                         : push_wait_ms_max;
    }

    ReaderProcess& reader_;
    const TopicWorkload& workload_;
    std::uint64_t delivered_before_;
    std::uint64_t published_ = 0;
    std::uint64_t seen_ = 0;
    Instant progress_at_;
    Instant next_at_{};
};

/// Publishes until then; what the window allows at once, the source may write as one.
void push_until(Instant end, PushSource& source, PushPace& pace) {
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
        // A reader that keeps up leaves the window open all the time.
        for (; now < end && pace.in_window() && pace.is_time(now) && source.has_room(); now = Clock::now()) {
            source.push(now);
            pace.count(now);
        }
        source.serve();
        pace.wait(source);
        pace.check();
        source.serve();
    }
}

void wait_for_all(PushSource& source, PushPace& pace) {
    while (!pace.all_received()) {
        pace.wait(source);
        pace.check();
        source.serve();
    }
}

/// Of one that goes alone there is a frame with nothing joined to it: what the bare loops write.
void push_one(PushSource& source, PushPace& pace) {
    const auto now = Clock::now();
    source.push(now);
    pace.count(now);
    source.serve();
    wait_for_all(source, pace);
}

}  // namespace

PushRound run_push(PushSource& source, ReaderProcess& reader, const TopicWorkload& workload, const LoadTimes& times,
                   const LoadWindow& window) {
    PushPace pace(reader, workload);
    push_one(source, pace);
    push_until(Clock::now() + as_duration(times.warm_up_seconds), source, pace);

    reader.begin_measuring();
    window.begins();
    const auto begun = Clock::now();
    const auto published_before = pace.published();
    push_until(begun + as_duration(times.seconds), source, pace);
    PushRound round;
    round.received = reader.end_measuring();
    round.seconds = seconds_between(begun, Clock::now());
    window.ends();
    round.publications = pace.published() - published_before;

    wait_for_all(source, pace);
    return round;
}

}  // namespace tern::bench
