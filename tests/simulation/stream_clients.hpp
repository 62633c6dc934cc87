#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/store.hpp"
#include "tests/simulation/stream_ledger.hpp"
#include "tests/simulation/stream_requests.hpp"

namespace tern::simulation {

/// What clients of streams can do to the world.
struct Surroundings {
    SeededRandom& random;
    std::function<Timestamp()> now;
    std::function<void(StreamRequest)> submit;
    std::function<void(std::string)> note;
    std::function<std::unique_ptr<store::ReadTransaction>()> snapshot;
    /// How far readers may read.
    std::function<engine::DurableEnd()> durable_end;
    /// A message that a client holds; nothing when none does.
    std::function<std::optional<Held>()> take_held;
};

/// Producers that stamp their batches and repeat them, and others; consumers; workers of two consumer groups: those of
/// `workers` make jobs of events, each in one transaction, those of `readers` commit how far they have read.
class StreamClients {
public:
    StreamClients(Surroundings surroundings, StreamLedger& ledger, Ledger& messages);

    static const std::vector<LogPlace>& places();
    /// The ids that the broker gave the stamping producers.
    void set_producers(std::vector<std::int64_t> ids);

    /// One of them does something.
    void act();
    engine::Command command_of(const StreamRequest& request) const;
    void answered(const StreamRequest& request, const engine::Answer& answer, Timestamp executed_at);
    /// The connection is gone: it may be executed or not, now or later.
    void lost(const StreamRequest& request);

    /// To the end: only what empties. False when nothing is left to be done.
    bool finish();
    /// All workers leave their groups.
    void retire();

private:
    struct Producer {
        std::int64_t id = 0;
        std::int32_t next_sequence = 0;
        LogPlace place;
        /// Not acknowledged, in order; all of them are submitted again when none is under way and one has failed.
        std::deque<Produced> batches;
        std::size_t under_way = 0;
        bool repeats = false;
        /// The partition knows it. Until then one batch is under way at most: whom a partition does not know may begin
        /// with any sequence, so that a second batch would be accepted when the first one was refused.
        bool known = false;
    };
    struct Consumer {
        LogPlace place;
        std::optional<std::uint64_t> position;
        /// Begins at the end.
        bool tails = false;
    };
    struct Worker {
        std::string group;
        std::string instance;
        bool makes_jobs = false;
        std::string member;
        std::uint32_t generation = 0;
        Milliseconds session_timeout{};
        std::set<LogPlace> told;
        std::set<LogPlace> works_on;
        /// Where to go on; what is missing is asked for.
        std::map<LogPlace, std::uint64_t> positions;
        bool asks_group = false;
        bool commits = false;
    };

    bool chance(std::uint64_t percent) { return around_.random.below(100) < percent; }
    std::string next_value() { return "r" + std::to_string(next_value_++); }
    Produced make_batch(const LogPlace& place, std::size_t records, const protocol::ProducerStamp& stamp);
    void submit_append(const Produced& batch, std::size_t producer);

    void produce();
    void produce_stamped(std::size_t number);
    void repeat(std::size_t number);
    void produce_at_end();
    void truncate();
    void forward();
    void appended(const AppendRequest& request, const engine::AppendResult* result);

    /// The records from there on, as far as they are durable.
    std::vector<std::pair<std::uint64_t, std::string>> fetch(const LogPlace& place, std::uint64_t& position);
    void consume(Consumer& consumer);

    void act(std::size_t worker);
    void join(std::size_t worker);
    void beat(std::size_t worker);
    void work(std::size_t worker);
    void find_position(Worker& worker, const LogPlace& place);
    void joined(std::size_t worker, const engine::Answer& answer, Timestamp executed_at, Timestamp sent_at);
    void forget_membership(Worker& worker);
    void committed(const OffsetRequest& request, bool accepted);

    Surroundings around_;
    StreamLedger& ledger_;
    Ledger& messages_;
    std::vector<Producer> producers_;
    std::vector<Consumer> consumers_;
    std::vector<Worker> workers_;
    /// For compare and append: the ends that the last answers told.
    std::map<LogPlace, std::uint64_t> known_ends_;
    std::uint64_t next_value_ = 1;
    std::uint64_t next_job_ = 1;
    bool retired_ = false;
};

}  // namespace tern::simulation
