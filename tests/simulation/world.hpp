#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/store/memory_store.hpp"
#include "tests/simulation/durable_ends.hpp"
#include "tests/simulation/forgetful_store.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/stream_clients.hpp"
#include "tests/simulation/stream_ledger.hpp"
#include "tests/simulation/topic_clients.hpp"
#include "tests/simulation/topic_ledger.hpp"

namespace tern::simulation {

inline constexpr Timestamp beginning(1'700'000'000'000);
inline constexpr std::array<const char*, 5> queue_names = {"dead", "dead.fifo", "work", "orders.fifo", "jobs"};
inline constexpr std::array<const char*, 2> stream_names = {"events", "log"};
inline constexpr std::array<const char*, 2> group_names = {"workers", "readers"};

/// In the namespace that all are in.
inline engine::QueueName named(const std::string& queue) {
    return {"", queue};
}

/// Ways in which a broker may be wrong; each must be noticed.
enum class Mistake : std::uint8_t {
    none,
    answers_released_early,
    waiter_forgotten,
    nothing_given_back,
    clock_runs_ahead,
    refused_but_executed,
    executed_twice,
    reads_past_durable_end,
    offsets_outside_transaction,
    heartbeats_say_nothing,
    subscribers_told_early,
    pushing_acknowledges,
    histories_cut_too_far,
};

struct Mutant {
    const char* name = "none";
    Mistake mistake = Mistake::none;
    Forgetfulness forgetfulness{};
};

struct SendRequest {
    std::string queue;
    std::vector<Send> sends;
};
struct ReceiveRequest {
    std::string queue;
    std::int64_t messages_max = 1;
    Milliseconds visibility_timeout{};
    Milliseconds wait{};
};
struct DeleteRequest {
    std::string queue;
    std::vector<Held> messages;
};
struct ChangeRequest {
    Held message;
    Milliseconds visibility_timeout{};
};
struct PurgeRequest {
    std::string queue;
};
struct MoveRequest {
    std::string source;
};

/// What a client has asked for and not been answered.
struct Request {
    std::uint64_t number = 0;
    std::uint64_t session = 0;
    std::variant<SendRequest, ReceiveRequest, DeleteRequest, ChangeRequest, PurgeRequest, MoveRequest, StreamRequest,
                 TopicRequest>
        body;
    /// When it must have been answered; the wait of a receive counts from its execution.
    std::optional<Timestamp> deadline;
    /// Its client has hung up.
    bool orphaned = false;
};

/// Clients, commit loop, engine and store in one thread, with one seed for all that happens; and the ledger that is
/// consulted after every step. Methods throw Violation.
class World {
public:
    World(std::uint64_t seed, const Mutant& mutant, std::size_t diary_lines_max);

    void step();
    /// Faults end; everything is received and deleted, and nothing may remain.
    void drain();
    Tally& tally() { return ledger_.tally(); }
    /// The last things that happened, for people.
    const std::deque<std::string>& diary() const { return diary_; }

private:
    struct GiveBack {
        std::vector<std::string> handles;
    };
    struct EndSession {
        std::uint64_t session = 0;
    };
    /// Numbers of requests, and what the runtime adds of its own.
    using Mail = std::variant<std::uint64_t, GiveBack, EndSession>;
    struct Unreleased {
        engine::Completion completion;
        Timestamp executed_at;
    };

    bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
    void note(std::string what);
    void create_queues();
    std::vector<engine::Command> first_commands();
    Surroundings surroundings();
    TopicSurroundings topic_surroundings();
    engine::DurableEnd readable_end() const;

    // Clients.
    void act();
    void submit(Request request);
    void send();
    void receive();
    void remove();
    void change();
    void hang_up();
    void forget_sessions();
    /// Nobody will ever tell its client what became of it.
    void lose(const Request& request);
    std::uint64_t a_session() { return sessions_[random_.below(sessions_.size())]; }
    std::string a_queue();
    std::vector<Held> take_held(std::size_t count);

    // The commit loop.
    void commit_batch(std::size_t mail_max);
    void execute(const Mail& mail, std::vector<engine::Completion>& completions);
    void execute_request(Request& request, std::vector<engine::Completion>& completions);
    void acknowledge_at_once(const std::vector<engine::Completion>& completions);
    engine::Command command_of(const Request& request) const;
    void release(std::size_t count);
    void release(const Unreleased& answer);
    void answer(const Request& request, const engine::Answer& given, Timestamp executed_at);
    void answer_send(const SendRequest& request, const engine::Answer& answer, Timestamp executed_at);
    void answer_receive(const Request& request, const engine::Answer& answer, Timestamp executed_at);
    void give_back(GiveBack back);
    void tell_subscribers();
    void flush();
    void rest();
    bool idle() const;

    // Faults and time.
    void crash();
    void open_engine();
    void pass_time();
    void change_space();

    void inspect();
    std::vector<Stored> stored() const;
    StoredStreams stored_streams(const std::vector<Stored>& messages) const;
    void check_answered();
    void drain_queues();
    void remove_all();
    void check_empty();

    SeededRandom random_;
    SeededRandom engine_random_;
    Mutant mutant_;
    store::MemoryStore memory_;
    ForgetfulStore store_;
    engine::EngineLimits limits_;
    std::unique_ptr<engine::Engine> engine_;
    Timestamp now_;
    /// The clock may be set back while the broker is away.
    Timestamp latest_;
    Timestamp counts_settle_at_;
    Milliseconds retention_;
    store::SpaceState space_ = store::SpaceState::plenty;
    bool faults_ = true;

    std::array<std::uint64_t, 4> sessions_{};
    std::uint64_t next_session_ = 1;
    std::uint64_t next_request_ = 1;
    std::uint64_t next_body_ = 1;
    std::map<std::uint64_t, Request> requests_;
    std::deque<Mail> mailbox_;
    std::deque<Unreleased> unreleased_;
    std::vector<Held> held_;
    /// FIFO sends whose outcome is unknown, with ids of their own: clients repeat them.
    std::vector<Send> unknown_sends_;
    Ledger ledger_;
    StreamLedger stream_ledger_;
    StreamClients stream_clients_;
    TopicLedger topic_ledger_;
    TopicClients topic_clients_;
    /// What the last commit published: subscribers are told when it is durable.
    std::vector<engine::Published> news_;
    DurableEnds durable_ends_;
    /// Of a broker that commits offsets outside of their transaction.
    std::vector<engine::CommitOffsets> late_commits_;
    std::deque<std::string> diary_;
    std::size_t diary_lines_max_;
};

}  // namespace tern::simulation
