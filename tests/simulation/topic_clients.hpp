#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/store.hpp"
#include "tests/simulation/topic_ledger.hpp"
#include "tests/simulation/topic_requests.hpp"

namespace tern::simulation {

/// What clients of topics can do to the world.
struct TopicSurroundings {
    SeededRandom& random;
    std::function<Timestamp()> now;
    std::function<void(TopicRequest)> submit;
    std::function<void(std::string)> note;
    std::function<std::unique_ptr<store::ReadTransaction>()> snapshot;
    /// How far readers may read.
    std::function<engine::DurableEnd()> durable_end;
};

/// Publishers, who repeat what they were not answered; subscribers, who are told of publications and read the history;
/// and members of a durable subscription.
class TopicClients {
public:
    /// `kept_max`: as many publications as the history keeps; 0: all.
    TopicClients(TopicSurroundings surroundings, TopicLedger& ledger, std::uint64_t kept_max)
        : around_(std::move(surroundings)),
          ledger_(ledger),
          kept_max_(kept_max) {}

    /// The topic with its queues and subscriptions, before the first fault.
    std::vector<engine::Command> first_commands() const;
    /// What a broker does that cuts the history where it must not.
    static engine::Command wrong_cut(std::int64_t kept_max);
    /// All of it goes again.
    static std::vector<engine::Command> last_commands();
    void set_durable_queue(engine::QueueName queue) { durable_queue_ = std::move(queue); }

    /// One of them does something.
    void act();
    engine::Command command_of(const TopicRequest& request) const;
    void answered(const TopicRequest& request, const engine::Answer& answer, Timestamp executed_at);
    /// The connection is gone: it may be executed or not, now or later.
    void lost(const TopicRequest& request);
    /// Subscribers are told what is durable.
    void told(const std::vector<engine::Published>& news);
    /// The process is gone with all its connections.
    void crashed();

    StoredTopic stored(bool messages_expire) const;
    /// To the end: only what empties. False when nothing is left to be done.
    bool finish();

private:
    bool chance(std::uint64_t percent) { return around_.random.below(100) < percent; }
    void publish();
    void pull();
    void acknowledge(std::size_t count);
    void read();
    void published(const PublishRequest& request, const engine::Answer& answer);
    void pulled(const engine::Answer& answer, Timestamp executed_at);
    std::vector<std::string> messages_in(const store::ReadTransaction& snapshot, const engine::QueueName& queue) const;

    TopicSurroundings around_;
    TopicLedger& ledger_;
    const std::uint64_t kept_max_;
    engine::QueueName durable_queue_;
    std::deque<PublishedData> unanswered_;
    std::deque<Pushed> held_;
    /// Of the subscriber that reads the history.
    std::uint64_t position_ = 0;
    std::uint64_t next_data_ = 1;
};

}  // namespace tern::simulation
