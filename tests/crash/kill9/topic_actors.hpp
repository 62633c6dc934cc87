#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/crash/kill9/topic_ledger.hpp"
#include "tests/crash/wire_client.hpp"

/// Clients of topics that outlive the broker: each keeps what it must know to go on after a restart. Every function
/// throws ConnectionLost when the broker is gone.
namespace tern::crash {

/// Keeps all that is published to it; a queue and a durable subscription get everything.
inline constexpr const char* news_topic = "news";
/// Keeps fewer than are published while its subscriber is away; a queue gets everything.
inline constexpr const char* ticker_topic = "ticker";
inline constexpr std::uint64_t ticker_publications_max = 50;
inline constexpr const char* durable_subscription = "printer";
/// Short, so that what a member held that died is pushed again in the same run.
inline constexpr std::chrono::milliseconds acknowledgement_wait{1000};
/// Nobody ever sends to it: a receive from it ends by the broker's own clock.
inline constexpr auto empty_queue = "nothing";

/// All of a topic.
inline std::string pattern_of(const std::string& topic) {
    return topic + ".>";
}
/// Of those who are subscribed to a topic.
inline std::string queue_behind(const std::string& topic) {
    return "behind-" + topic;
}

/// Publishes to a topic, several requests at a time, and sends again what was not answered.
class TopicPublisher {
public:
    TopicPublisher(TopicLedger& ledger, TopicLedger::Lane lane, std::uint64_t seed)
        : ledger_(ledger),
          lane_(std::move(lane)),
          random_(seed) {}

    void begin(WireClient& client);
    void work(WireClient& client);

private:
    std::vector<NewPublication> make();
    std::uint64_t send(WireClient& client, const std::vector<NewPublication>& publications);
    void await(WireClient& client, std::uint64_t request);

    TopicLedger& ledger_;
    const TopicLedger::Lane lane_;
    SeededRandom random_;
    /// In the order of sending, without an answer yet.
    std::deque<std::vector<NewPublication>> pending_;
};

/// Subscribed to all of a topic; after a restart it names the offset that it wants next.
class LiveSubscriber {
public:
    LiveSubscriber(TopicLedger& ledger, std::string topic) : ledger_(ledger), topic_(std::move(topic)) {}

    void begin(WireClient& client);
    /// Takes what is pushed next.
    void work(WireClient& client);
    /// Takes what is pushed until it is at `end`. Errors: throws TestFailure when the broker, which answers all the
    /// while, pushes nothing more before that.
    void finish(WireClient& client, std::uint64_t end);
    std::uint64_t position() const { return ledger_.position(topic_)->offset; }
    const std::string& topic() const { return topic_; }

private:
    void take(const wire::Reply& reply);

    TopicLedger& ledger_;
    const std::string topic_;
};

/// A member of the durable subscription: acknowledges most of what it is pushed, gives some of it back, forgets some.
class DurableMember {
public:
    DurableMember(TopicLedger& ledger, std::uint64_t seed) : ledger_(ledger), random_(seed) {}

    void begin(WireClient& client);
    /// Takes what comes next: pushes, or the answer to what it did about earlier ones.
    void work(WireClient& client);
    /// Acknowledges everything from now on, until nothing waits. Errors: throws TestFailure when something waits and is
    /// not pushed, though nobody can have it any more.
    void finish(WireClient& client);

private:
    /// Asks the broker how much waits, by the same connection; meanwhile it works on.
    std::uint64_t waiting(WireClient& client);
    /// Works on until the broker says that so much time has passed.
    void work_for(WireClient& client, std::chrono::milliseconds duration);
    void settle(WireClient& client, const wire::Publications& pushes);
    void settled(const wire::Reply& reply);
    void take(WireClient& client, const wire::Reply& reply);

    TopicLedger& ledger_;
    SeededRandom random_;
    bool careful_ = false;
    std::uint64_t handed_out_ = 0;
    std::uint64_t connection_ = 0;
    std::uint64_t subscription_ = 0;
    /// Offsets whose acknowledgement is asked for, by request; none of a request that gives back.
    std::map<std::uint64_t, std::vector<std::uint64_t>> asked_;
};

/// Receives and deletes what is in the queue behind a topic.
class QueueReader {
public:
    QueueReader(TopicLedger& ledger, std::string topic) : ledger_(ledger), topic_(std::move(topic)) {}

    /// Whether there was anything.
    bool work(WireClient& client, std::chrono::milliseconds wait);
    /// Until nothing is left, also of what somebody had who died. Errors: throws TestFailure when there is something
    /// that nobody is given.
    void finish(WireClient& client);

private:
    TopicLedger& ledger_;
    const std::string topic_;
};

}  // namespace tern::crash
