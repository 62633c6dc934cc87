#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/filtered_publish.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/push_round.hpp"
#include "tools/bench/queue_bench.hpp"
#include "tools/bench/target.hpp"
#include "tools/bench/topic_workload.hpp"

namespace tern::bench {

/// What to measure: the options of `tern-bench topic`.
struct TopicBenchOptions {
    TopicWorkload workload;
    /// WebSockets that are subscribed to what nobody publishes, and whose memory and CPU time are measured; 0: none.
    std::size_t idle_connections = 0;
    /// Subscribers that stop reading, in a second measurement of each round; 0: none.
    std::size_t slow = 0;
    /// Queue subscriptions with filter policies of which ten match, against ten in all; 0: none.
    std::size_t filtered_subscriptions = 0;
    LoadTimes times;
    std::size_t rounds = 1;
    bool baseline = false;
    std::string server;
    /// Of a running broker's HTTP port.
    std::string http;
    std::string ternd;
    std::filesystem::path data = ".";
    /// Goes on although `data` lies in memory; for tests of the bench itself.
    bool allow_memory = false;
};

/// One fan-out, and what the broker used for it.
struct BrokerPushRound {
    PushRound push;
    Histogram acknowledged;
    double cpu_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
};

/// One turn of everything that is compared; what the options leave out is empty.
struct TopicTurn {
    BrokerPushRound broker;
    /// With a durable history: the same without.
    std::optional<BrokerPushRound> plain;
    std::optional<BrokerPushRound> with_slow;
    std::optional<PushRound> write_loop;
    /// The same, with what may go at once in one write.
    std::optional<PushRound> joining_loop;
    std::optional<FilteredPublish> filtered;
};

struct IdleConnections {
    double rss_anonymous_bytes_each = 0;
    /// Of the broker, in the time that they did nothing.
    double cpu_seconds = 0;
    double seconds = 0;
};

/// Of each figure its median over the turns; latencies and CPU time are those of all turns together. Ratios are made of
/// one turn's figures, and of the ratios the median is told.
struct TopicBenchReport {
    TopicBenchOptions options;
    std::string broker_version;
    std::vector<TopicTurn> turns;

    double deliveries_per_s = 0;
    double publications_per_s = 0;
    double bytes_per_s = 0;
    double broker_cpu_seconds = 0;
    double measured_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    /// From publish to receipt, and from publish to acknowledgement.
    Histogram latency;
    Histogram acknowledged;
    /// Of idle connections, if there are any, else of subscribers.
    double rss_anonymous_bytes_per_connection = 0;
    std::optional<IdleConnections> idle;

    // With a baseline.
    double write_loop_deliveries_per_s = 0;
    double ratio_to_write_loop = 0;
    double joining_loop_deliveries_per_s = 0;
    double ratio_to_joining_loop = 0;
    // Durable.
    double plain_deliveries_per_s = 0;
    double ratio_to_non_durable = 0;
    // With slow subscribers: the others.
    Histogram latency_with_slow;
    double ratio_p99_with_slow = 0;
    std::uint64_t rss_anonymous_bytes_with_slow = 0;
    // With filtered subscriptions.
    double few_subscriptions_publish_us = 0;
    double many_subscriptions_publish_us = 0;
    double ratio_of_filtered_publish = 0;
};

/// Errors: throws BadOption and BenchError.
TopicBenchReport run_topic_bench(const TopicBenchOptions& options, const Progress& progress);

/// The report of turns made elsewhere.
TopicBenchReport summarize(const TopicBenchOptions& options, std::vector<TopicTurn> turns);

}  // namespace tern::bench
