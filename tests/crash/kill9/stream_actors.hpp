#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/crash/kill9/stream_ledger.hpp"
#include "tests/crash/wire_client.hpp"

/// Clients of streams that outlive the broker: each keeps what it must know to go on after a restart, as a program that
/// is not killed along with the broker does. Every function throws ConnectionLost when the broker is gone.
namespace tern::crash {

inline constexpr const char* log_stream = "log";
inline constexpr const char* orders_stream = "orders";
inline constexpr const char* moved_stream = "moved";
inline constexpr const char* made_queue = "made";
inline constexpr const char* intake_queue = "intake";
inline constexpr std::uint32_t log_partitions = 4;

struct ProducerTraits {
    std::string name;
    std::string stream;
    std::uint32_t partitions = 1;
    /// In a batch.
    std::uint64_t records_max = 5;
};

/// Appends batches with its stamp, and sends again, with the same stamp and sequence, what was not answered.
class StreamProducer {
public:
    StreamProducer(StreamLedger& ledger, ProducerTraits traits, std::uint64_t seed);

    /// Gets a stamp if it has none, and sends again what was not answered.
    void begin(WireClient& client);
    void work(WireClient& client);

private:
    struct Pending {
        std::vector<BatchToAppend> batches;
        std::vector<std::string> values;
    };

    Pending make();
    std::uint64_t send(WireClient& client, const Pending& pending);
    void await(WireClient& client, std::uint64_t request);

    StreamLedger& ledger_;
    const ProducerTraits traits_;
    SeededRandom random_;
    protocol::ProducerStamp stamp_;
    std::map<std::uint32_t, std::int32_t> sequences_;
    /// In the order of sending, without an answer yet. No more batches than the broker remembers of a producer.
    std::deque<Pending> pending_;
};

/// A member of a consumer group on the log: reads what is assigned to it, commits as it goes.
class StreamConsumer {
public:
    StreamConsumer(StreamLedger& ledger, std::string instance) : ledger_(ledger), instance_(std::move(instance)) {}

    /// Joins; as a static member it finds its place again.
    void begin(WireClient& client);
    void work(WireClient& client);

private:
    void heartbeat(WireClient& client);
    void take_over(WireClient& client);
    void commit(WireClient& client, std::uint32_t partition, std::uint64_t offset);

    StreamLedger& ledger_;
    const std::string instance_;
    GroupAssignment assignment_;
    /// Where it reads on in the partitions that it has.
    std::map<std::uint32_t, std::uint64_t> positions_;
};

/// Makes exactly one job of each order: reads the stream, and in one transaction sends the jobs and commits the offset.
class OrderWorker {
public:
    explicit OrderWorker(StreamLedger& ledger) : ledger_(ledger) {}

    /// Learns from the committed offset how far it came.
    void begin(WireClient& client);
    /// False when there was nothing to do.
    bool work(WireClient& client);

private:
    StreamLedger& ledger_;
    std::uint64_t next_ = 0;
};

/// Moves messages from a queue into a stream, each exactly once: deletes and appends in one transaction. Also sends
/// them.
class Mover {
public:
    void send(WireClient& client);
    /// False when no message came within `wait`.
    bool move(WireClient& client, std::chrono::milliseconds wait);

    /// Names of messages whose send was answered, and of those of which nobody knows.
    const std::set<std::string>& sent() const { return sent_; }
    const std::set<std::string>& perhaps_sent() const { return perhaps_sent_; }

private:
    std::uint64_t messages_ = 0;
    std::set<std::string> sent_;
    std::set<std::string> perhaps_sent_;
};

/// The offset that a group has committed, as the broker tells it: must not be lower than what was acknowledged.
std::uint64_t committed_offset(WireClient& client, StreamLedger& ledger, const OffsetKey& key);

}  // namespace tern::crash
