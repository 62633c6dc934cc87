#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "tools/bench/histogram.hpp"
#include "tools/bench/subscriber_pool.hpp"

namespace tern::bench {

/// What subscribers got in a measured time.
struct ReaderResult {
    std::uint64_t deliveries = 0;
    /// With frames' headers.
    std::uint64_t bytes = 0;
    /// From publish to receipt, in nanoseconds.
    Histogram latency;
};

/// A process of its own that holds the subscribers and counts what they get: what reading costs is then the same for
/// the broker and for the bare loop that it is compared with, and none of it is the writer's.
/// To be made while this process has one thread. Errors: functions throw BenchError when the process has failed.
class ReaderProcess {
public:
    ReaderProcess();
    ~ReaderProcess();
    ReaderProcess(const ReaderProcess&) = delete;
    ReaderProcess& operator=(const ReaderProcess&) = delete;

    /// Returns when they are all subscribed; `meanwhile` runs until then, in between.
    void connect(const SubscriberPlan& plan);
    /// As connect, but without waiting for the end: finish_connecting() does.
    void begin_connecting(const SubscriberPlan& plan);
    void finish_connecting() { wait_for_answer(); }
    void disconnect();

    /// The measured time is between the two.
    void begin_measuring();
    ReaderResult end_measuring();

    /// Publications received so far, each by each subscriber.
    std::uint64_t delivered() const { return shared_->delivered.load(std::memory_order_acquire); }
    /// Becomes readable when more was delivered after expect_progress().
    int progress_descriptor() const { return progress_; }
    void expect_progress();
    void take_progress();
    /// Whether the process is still there. Errors: throws what it died of.
    void check();

    /// The first frame that carried one publication.
    std::string sample_frame() const;

private:
    static constexpr std::size_t sample_bytes_max = 1u << 20;

    /// In memory that both processes see.
    struct Shared {
        std::atomic<std::uint64_t> delivered{0};
        std::atomic<bool> progress_expected{false};
        std::uint64_t deliveries = 0;
        std::uint64_t bytes = 0;
        std::array<std::uint64_t, Histogram::bucket_count> latency{};
        std::atomic<std::size_t> sample_bytes{0};
        std::array<char, sample_bytes_max> sample{};
    };
    friend class ReaderLoop;

    void ask(const std::string& command);
    void wait_for_answer();

    Shared* shared_ = nullptr;
    int progress_ = -1;
    int commands_ = -1;
    pid_t process_ = -1;
};

}  // namespace tern::bench
