#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "tests/crash/kill9/stream_actors.hpp"

namespace tern::crash {

void make_streams(std::uint16_t port);

/// Producers, two members of a consumer group, and workers with transactions: the same ones in every round.
class StreamCast {
public:
    StreamCast(StreamLedger& ledger, std::uint64_t seed);

    /// A thread for each of them, which works until its connection ends.
    void start(std::uint16_t port, std::vector<std::jthread>& threads);
    /// Sends what was not answered, works everything off, and tells the ledger what there is in the end.
    void finish(std::uint16_t port);

private:
    void finish_moving(WireClient& client);
    void finish_orders(WireClient& client);

    StreamLedger& ledger_;
    std::vector<StreamProducer> producers_;
    std::vector<StreamConsumer> consumers_;
    OrderWorker order_worker_;
    Mover mover_;
};

}  // namespace tern::crash
