#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/endpoint_id.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/stream_partition.hpp"
#include "broker/store/store.hpp"

/// What the broker means: a state machine over a write transaction, with time and random bits as arguments. No sockets,
/// no threads, no clock, no log.
namespace tern::engine {

/// Limits that an operator sets (docs/operations.md). The defaults are those of SQS where it has them.
struct EngineLimits {
    std::uint64_t in_flight_max_standard = 120'000;
    std::uint64_t in_flight_max_fifo = 120'000;
    std::uint64_t queues_max = 100'000;
    std::uint64_t waiting_receives_max = 100'000;
    std::uint64_t streams_max = 10'000;
    std::uint64_t groups_max = 100'000;
    std::uint64_t topics_max = 10'000;
    std::uint64_t subscriptions_per_topic_max = 100'000;
    /// Of which a topic keeps the last values: they stay, however old, until the topic is deleted.
    std::uint64_t retained_subjects_per_topic_max = 100'000;
    /// A topic that somebody publishes or subscribes to is made if it does not exist.
    bool topics_made_by_use = true;
    /// A producer that has not appended for so long is forgotten: what it sends again then is stored again.
    Milliseconds producer_expiry = std::chrono::hours(24);
    /// The offsets of a group without members that commits nothing are kept so long.
    Milliseconds group_offsets_retention = std::chrono::hours(7 * 24);
    /// The strict modes of SQS: no re-creation within 60 s of a deletion, no second purge within 60 s.
    bool delay_after_delete = false;
    bool delay_after_purge = false;
    /// How much of what is due (expiries, redrives, removals, moves) is done in one batch.
    std::uint32_t due_work_per_batch = 256;
    /// The answer to one receive holds as many bytes at most, but always at least one message.
    std::uint64_t receive_answer_bytes_max = 17u << 20;
};

/// What happened in a batch, for the log and the metrics.
struct EngineCounters {
    std::uint64_t messages_sent = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t messages_deleted = 0;
    std::uint64_t messages_expired = 0;
    std::uint64_t messages_dead_lettered = 0;
    std::uint64_t messages_moved = 0;
    std::uint64_t messages_deduplicated = 0;
    std::uint64_t messages_damaged = 0;
    std::uint64_t receives_empty = 0;
    std::uint64_t refusals = 0;
    std::uint64_t records_appended = 0;
    std::uint64_t record_bytes_appended = 0;
    std::uint64_t batches_duplicate = 0;
    /// Removed by retention and truncation.
    std::uint64_t records_removed = 0;
    std::uint64_t offsets_committed = 0;
    std::uint64_t group_rebalances = 0;
    std::uint64_t group_sessions_expired = 0;
    std::uint64_t transactions = 0;
    std::uint64_t publications = 0;
    std::uint64_t publications_deduplicated = 0;
    /// Into queues and durable subscriptions; those that failed went to a dead-letter queue if there is one.
    std::uint64_t deliveries = 0;
    std::uint64_t deliveries_failed = 0;
    /// Of data, for all deliveries.
    std::uint64_t delivered_bytes = 0;
};

/// A partition to which a batch appended, and where it ended before and after.
struct AppendedPartition {
    StreamPartition partition;
    std::uint64_t end_before = 0;
    std::uint64_t end = 0;
};

/// A member of a consumer group whose row is damaged.
struct LostMember {
    GroupName group;
    std::string member;
};

/// Use: begin_batch, any number of apply, advance, end_batch, and then the transaction's commit; all with one
/// transaction on one thread. A failed commit leaves the engine unusable, as the process ends then.
class Engine {
public:
    explicit Engine(EngineLimits limits = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Reads what must be known before the first batch: a few rows, however much is stored.
    void open(const store::ReadTransaction& transaction);

    /// The last moment of which the stored state knows: time must not begin before it.
    Timestamp last_time() const;

    void begin_batch(store::WriteTransaction& transaction, Timestamp now, RandomSource& random);
    /// Executes a command. Its answer, and those of others that it made possible (a send feeds parked receives), are
    /// appended to `completions`; a parked receive is answered later.
    void apply(const Ticket& ticket, const Command& command, std::vector<Completion>& completions);
    /// Does what is due, within the budget of EngineLimits; answers receives that waited long enough.
    void advance(std::vector<Completion>& completions);
    void end_batch();
    /// What the batch appended to streams; after end_batch, until the next begin_batch.
    const std::vector<AppendedPartition>& appended() const;
    /// What the batch published and which topics it deleted, in order, for subscribers; from end_batch until the next
    /// begin_batch.
    std::vector<Published> take_published();
    std::vector<std::uint32_t> take_deleted_topics();
    /// Endpoints that the batch subscribed; likewise.
    std::vector<EndpointId> take_new_endpoints();
    /// Members of consumer groups whose rows were found damaged, each told once. They are members no more, as if their
    /// sessions had ended.
    std::vector<LostMember> take_lost_members();

    /// Answers receives that have waited long enough, between batches: for a store in which nothing can be written, so
    /// that nothing can be received either.
    void end_overdue_waits(Timestamp now, std::vector<Completion>& completions);

    /// When advance has something to do, if nothing else happens; a moment in the past means "at once".
    std::optional<Timestamp> next_deadline() const;
    std::size_t waiting_receives() const;
    /// Totals since the engine was made.
    const EngineCounters& counters() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tern::engine
