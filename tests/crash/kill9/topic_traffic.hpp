#pragma once

#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "tests/crash/kill9/topic_actors.hpp"

namespace tern::crash {

void make_topics(std::uint16_t port);

/// Publishers, subscribers, members of a durable subscription and readers of the queues behind: the same ones in every
/// round.
class TopicCast {
public:
    TopicCast(TopicLedger& ledger, std::uint64_t seed);

    /// A thread for each of them, which works until its connection ends.
    void start(std::uint16_t port, std::vector<std::jthread>& threads);
    /// Sends what was not answered, works everything off, and tells the ledger what there is in the end.
    void finish(std::uint16_t port);

private:
    void finish_durable(std::uint16_t port);
    void finish_topic(std::uint16_t port, LiveSubscriber& subscriber, std::optional<std::uint64_t> publications_max);

    TopicLedger& ledger_;
    std::vector<TopicPublisher> publishers_;
    LiveSubscriber news_subscriber_;
    LiveSubscriber ticker_subscriber_;
    std::vector<DurableMember> members_;
    std::vector<QueueReader> readers_;
    /// The durable subscription is there: it gets what is published from then on.
    bool begun_ = false;
    std::uint64_t rounds_ = 0;
};

}  // namespace tern::crash
