#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/topic_requests.hpp"

namespace tern::simulation {

struct StoredPublished {
    std::uint64_t offset = 0;
    Timestamp at;
    std::string subject;
    std::string data;
};

/// All that the store holds of the topic after a commit.
struct StoredTopic {
    std::string epoch;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    /// So many are kept; 0: all.
    std::uint64_t kept_max = 0;
    std::vector<StoredPublished> history;
    /// The last value of each subject.
    std::map<std::string, StoredPublished> retained;
    /// Of each subscription, in order: its pattern, what is in its queue, and how much it says it was given.
    struct Queue {
        std::string name;
        std::string pattern;
        bool durable = false;
        std::vector<std::string> messages;
        std::uint64_t delivered = 0;
    };
    std::vector<Queue> queues;
    /// Queues keep nothing for so long.
    bool messages_expire = false;
};

/// What publishers, subscribers and members of a durable subscription were told, held against what the store holds.
class TopicLedger {
public:
    explicit TopicLedger(Tally& tally) : tally_(tally) {}

    void attempt(const PublishedData& publication);
    void acknowledge(const PublishedData& publication, const engine::PublishResult& result);
    void refuse(const PublishedData& publication);
    /// Nobody will ever tell whether it was executed.
    void lose(const PublishedData& publication);

    /// A subscriber has seen this: from now on it is so, whatever breaks.
    void see(std::uint64_t offset, const std::string& data);
    /// A member of the durable subscription was given this, to keep until then.
    void push(const std::string& data, Timestamp executed_at, Timestamp until);
    /// Whoever held something is gone; or the clock was set back.
    void forget_holds();
    void attempt_acknowledgement(const std::string& data);
    void confirm_acknowledgement(const std::string& data);

    /// Holds everything that clients were told against all that is stored now.
    void inspect(const StoredTopic& stored);

private:
    struct Publication {
        PublishedData published;
        int attempts_open = 0;
        bool acknowledged = false;
        std::uint64_t offset = 0;
        bool outcome_unknown = false;
        bool counted_as_recovered = false;
        /// Its repetition came when the window was over: there are two of it.
        bool twofold = false;
        bool given = false;
        Timestamp held_until;
        bool acknowledgement_attempted = false;
        bool acknowledgement_confirmed = false;
    };

    Publication& known(const std::string& data);
    void inspect_history(const StoredTopic& stored);
    void remember(const StoredTopic& stored);
    const std::string* at(std::uint64_t offset) const;
    void inspect_seen(const StoredTopic& stored) const;
    void inspect_publications(const StoredTopic& stored);
    void inspect_retained(const StoredTopic& stored) const;
    void inspect_queue(const StoredTopic& stored, const StoredTopic::Queue& queue);
    void inspect_durable(const StoredTopic::Queue& queue, const std::multiset<std::string>& expected);

    Tally& tally_;
    std::string epoch_;
    std::map<std::string, Publication> publications_;
    std::map<std::uint64_t, std::string> seen_;
    /// All that was ever published, as far as it stands: what was cut from the history is still in queues.
    std::map<std::uint64_t, StoredPublished> log_;
};

}  // namespace tern::simulation
