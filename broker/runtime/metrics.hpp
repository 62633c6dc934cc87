#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tern::runtime {

/// A number that any thread may add to and read.
class Counter {
public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    void subtract(std::uint64_t by = 1) { value_.fetch_sub(by, std::memory_order_relaxed); }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

/// How often values fell below each of some fixed bounds.
template <std::size_t bound_count>
class Histogram {
public:
    using Bounds = std::array<std::uint64_t, bound_count>;

    explicit Histogram(const Bounds& bounds) : bounds_(bounds) {}

    void add(std::uint64_t value) {
        std::size_t bucket = 0;
        while (bucket < bound_count && value > bounds_[bucket]) ++bucket;
        buckets_[bucket].add();
        sum_.add(value);
    }
    const Bounds& bounds() const { return bounds_; }
    /// Values at most bounds()[bucket] and above the bound before; the last bucket has no bound.
    std::uint64_t bucket(std::size_t bucket) const { return buckets_[bucket].value(); }
    std::uint64_t sum() const { return sum_.value(); }

private:
    const Bounds bounds_;
    std::array<Counter, bound_count + 1> buckets_;
    Counter sum_;
};

/// What one listener and its connections count.
struct ConnectionMetrics {
    Counter open;
    Counter accepted;
    /// Closed at once, since the listener had as many as it may have.
    Counter refused;
    /// Closed by us because of what the peer sent or did not send.
    Counter ended_for_fault;
    Counter requests;
    Counter bytes_in;
    Counter bytes_out;
};

/// The broker's counters. Written where things happen, read by /metrics.
struct Metrics {
    using TimeHistogram = Histogram<14>;
    static constexpr TimeHistogram::Bounds microseconds = {
        100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000};
    using SizeHistogram = Histogram<11>;
    static constexpr SizeHistogram::Bounds sizes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024};

    Counter commits;
    Counter flushes;
    /// Batches that changed nothing and so cost no commit.
    Counter batches_unchanged;
    Counter commands;
    Counter commands_refused_overloaded;
    Counter commands_refused_storage_full;
    Counter messages_given_back;
    TimeHistogram commit_microseconds{microseconds};
    TimeHistogram flush_microseconds{microseconds};
    SizeHistogram commands_per_commit{sizes};

    /// Copies of the engine's counters and state as of the last batch.
    Counter messages_sent;
    Counter messages_received;
    Counter messages_deleted;
    Counter messages_expired;
    Counter messages_dead_lettered;
    Counter messages_moved;
    Counter messages_deduplicated;
    Counter messages_damaged;
    Counter receives_empty;
    Counter refusals;
    Counter waiting_receives;
    Counter records_appended;
    Counter record_bytes_appended;
    Counter batches_duplicate;
    Counter records_removed;
    Counter offsets_committed;
    Counter group_rebalances;
    Counter group_sessions_expired;
    Counter transactions;
    Counter publications;
    Counter publications_deduplicated;
    Counter deliveries;
    Counter deliveries_failed;

    /// To HTTP and HTTPS endpoints: done, to be tried again, given up, and under way.
    Counter endpoint_deliveries;
    Counter endpoint_deliveries_retried;
    Counter endpoint_deliveries_failed;
    Counter endpoint_deliveries_in_flight;

    /// Pushed to subscribers, counting each of them.
    Counter pushes;
    /// Not pushed, since the subscriber was too slow: left out, or left for it to read from the history.
    Counter pushes_dropped;
    Counter pushes_postponed;
    /// Sessions that were ended for a subscription of theirs that was too slow.
    Counter subscribers_ended_slow;
    /// Subscriptions of sessions there are, on all I/O threads; and those that read the history to catch up.
    Counter subscribers;
    Counter subscribers_behind;
    /// On all topics.
    Counter presence_members;

    Counter fetches;
    Counter record_bytes_fetched;
    /// Fetches that wait, on all I/O threads.
    Counter waiting_fetches;

    ConnectionMetrics native;
    ConnectionMetrics http;
    ConnectionMetrics websocket;
};

}  // namespace tern::runtime
