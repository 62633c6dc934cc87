#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/connection.hpp"
#include "tools/bench/request_frame.hpp"
#include "tools/bench/workload.hpp"

namespace tern::bench {

/// What the broker tells of itself.
struct BrokerReport {
    std::string version;
    double now_seconds = 0;
    std::uint64_t commits_total = 0;
    std::uint64_t commands_total = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    double cpu_seconds = 0;
};

struct QueueTotals {
    std::uint64_t visible = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t delayed = 0;
};

/// A connection for what surrounds a measurement: each call waits for its answer.
/// Errors: every function throws BenchError.
class Control {
public:
    explicit Control(const Endpoint& endpoint) : connection_(endpoint) {}

    void create_queues(const std::vector<std::string>& queues, std::size_t body_bytes);
    void delete_queues(const std::vector<std::string>& queues);
    /// The counts of all these queues together.
    QueueTotals totals(const std::vector<std::string>& queues);
    BrokerReport report();
    /// Whatever else is to be asked; the answer is valid until the next call. Errors: also when the broker refuses.
    const protocol::wire::Reply& call(std::string_view frame) { return connection_.call(frame); }
    const protocol::wire::Reply& call(const RequestFrame& frame) { return call(frame.bytes()); }
    /// Fills the workload's queues with `messages` messages, evenly, by large batches.
    void fill(const Workload& workload, std::uint64_t messages);

    /// Many requests, several under way at once. Errors: also when the broker refuses one.
    void call_for_each(const std::vector<std::string>& frames);

private:
    Connection connection_;
};

}  // namespace tern::bench
