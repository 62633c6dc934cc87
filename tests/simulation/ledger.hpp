#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/queries.hpp"

/// What clients were told, held against what the store holds and what other clients are told: the history checkers of
/// the simulation. The words are those of the Jepsen tests of queues.
namespace tern::simulation {

/// A promise was broken. `word` says which: lost, resurrected, duplicated, unexpected, held twice, out of order, group
/// shared, deduplication, unanswered, swallowed, miscounted, inconsistent, restless, leaked; of streams: lost record,
/// repeated record, offset reused, offset back, gap, torn transaction, doubled job, two owners; of topics: lost
/// publication, repeated publication, torn fan-out, lost delivery, stale value.
struct Violation : std::runtime_error {
    Violation(std::string word, const std::string& what) : std::runtime_error(word + ": " + what), word(word) {}
    std::string word;
};

/// What a message is sent with. The body is unique, but for the repetition of a send whose outcome is unknown.
struct Send {
    std::string body;
    std::string queue;
    std::string group;
    std::string deduplication_id;
};

/// A message as the store has it after a commit.
struct Stored {
    std::string body;
    std::string queue;
    engine::MessageId id;
    std::uint64_t sequence = 0;
    Timestamp sent_at;
    bool in_flight = false;
};

/// One receive that was answered.
struct Delivery {
    std::uint64_t request = 0;
    std::string queue;
    Timestamp executed_at;
    Milliseconds visibility_timeout{};
    std::vector<std::string> bodies;
};

/// A message where a client received it: a handle speaks of it as long as it stays there.
struct Place {
    std::string queue;
    std::uint64_t sequence = 0;

    bool operator==(const Place&) const = default;
};

/// A message that a client holds a receipt handle of.
struct Held {
    std::string body;
    std::string handle;
    Place place;
};

/// How often what was allowed, if not wished for, has happened.
struct Tally {
    std::uint64_t sends_acknowledged = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t deletes_acknowledged = 0;
    std::uint64_t redelivered = 0;
    std::uint64_t recovered = 0;
    std::uint64_t crashes = 0;
    std::uint64_t commits = 0;
    std::uint64_t refused_for_space = 0;
    std::uint64_t hang_ups = 0;
    std::uint64_t expired = 0;
    std::uint64_t records_acknowledged = 0;
    std::uint64_t records_read = 0;
    std::uint64_t repetitions = 0;
    std::uint64_t offsets_committed = 0;
    std::uint64_t jobs_made = 0;
    std::uint64_t messages_forwarded = 0;
    std::uint64_t handed_over = 0;
    std::uint64_t publications_acknowledged = 0;
    std::uint64_t publications_recovered = 0;
    /// By subscribers, in all.
    std::uint64_t publications_seen = 0;
    /// To members of the durable subscription.
    std::uint64_t pushed = 0;
    std::uint64_t pushed_again = 0;
    /// How often a history was looked at of which something was cut.
    std::uint64_t histories_cut = 0;

    Tally& operator+=(const Tally& other);
};

class Ledger {
public:
    explicit Ledger(Milliseconds retention) : retention_(retention) {}
    void attempt_send(const Send& send);
    void acknowledge_send(const Send& send, const engine::SendResult& result, Timestamp executed_at);
    void refuse_send(const Send& send);
    /// Nobody will ever tell whether it was executed.
    void lose_send(const Send& send);

    void deliver(const Delivery& delivery);
    /// The receiver was gone: the broker takes back what it had handed out.
    void give_back(const std::vector<std::string>& bodies);
    /// The process was gone before it could take anything back.
    void lose_give_backs();

    void attempt_delete(const std::string& body);
    void acknowledge_delete(const std::string& body, const Place& place);
    void attempt_change(const std::string& body);
    void acknowledge_change(const std::string& body, Timestamp until);
    void refuse_change(const std::string& body);
    void lose_change(const std::string& body);
    /// A purge is executed in the commit that is inspected next.
    void purge(const std::string& queue);

    /// Holds everything that clients were told against all that is stored now.
    void inspect(const std::vector<Stored>& stored, Timestamp now);
    /// Nothing is under way any more: what was taken back must be on offer again.
    void inspect_at_rest(const std::vector<Stored>& stored);

    /// It was deleted at most once, by whoever asks, and nothing else can have taken it away.
    bool only_deleted_once(const std::string& body, Timestamp now) const;

    Tally& tally() { return tally_; }

private:
    struct Message {
        Send send;
        /// Attempts that were neither acknowledged nor refused, and those that were.
        int attempts_open = 0;
        std::optional<engine::MessageId> id;
        std::uint64_t sequence = 0;
        Timestamp sent_at;
        bool acknowledged = false;
        /// Its repetition came when the deduplication window was over: there are two of it.
        bool twofold = false;
        bool repeated = false;
        bool outcome_unknown = false;
        /// It was answered with the id of another message.
        bool duplicate = false;
        bool delete_attempted = false;
        int deletes_attempted = 0;
        bool delete_acknowledged = false;
        bool may_be_gone = false;
        /// Who has it, and until when.
        std::uint64_t holder = 0;
        Timestamp held_until;
        bool hold_uncertain = false;
        /// A change of its visibility was never answered; what was refused since may have been refused for that.
        bool change_lost = false;
        int changes_open = 0;
        std::uint64_t deliveries = 0;
        bool given_back = false;
        bool counted_as_recovered = false;
        /// The queue in which it was seen last.
        Place place;
        /// It has left its first place in the order: a dead letter, or one that a move task brought back.
        bool displaced = false;
    };

    Message& known(const std::string& body);
    void check_hold(const Message& message, const Delivery& delivery) const;
    void check_group(const Message& message, const Delivery& delivery, const std::set<std::string>& before) const;

    std::map<std::string, Message> messages_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> bodies_;
    /// Queue and deduplication id -> the body that was accepted last, and when.
    std::map<std::pair<std::string, std::string>, std::pair<std::string, Timestamp>> accepted_;
    /// The other queue of the pair of a queue and its dead-letter queue, for each that was purged in this commit.
    std::set<std::string> related_to_purged_;
    Milliseconds retention_;
    Tally tally_;
};

}  // namespace tern::simulation
