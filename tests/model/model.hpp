#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/queue_settings.hpp"
#include "protocol/status.hpp"
#include "tests/model/script.hpp"

/// The rules of queues, as docs/aws.md sqs-1 to sqs-45 tell them, in the plainest code that says them: lists, linear
/// scans, no storage, no bounds on work. Knows nothing of the engine but its settings and statuses.
namespace tern::model {

using protocol::Status;

/// Of any batch.
inline constexpr std::size_t entries_max = 1000;

struct Message {
    /// Which message it is, counted over the whole run; kept when it moves to another queue.
    std::uint64_t number = 0;
    /// Its place in the order of its queue.
    std::uint64_t sequence = 0;
    Entry entry;
    /// Given, or made from the body; empty on standard queues.
    std::string deduplication_id;
    Timestamp sent_at;
    Timestamp available_at;
    /// available_at before anybody received it.
    Timestamp first_available_at;
    /// Someone has received it since it came into this queue, and has it until available_at.
    bool held = false;
    /// FIFO: it came into the queue at this moment, and once it has waited the queue's delay it stands in its group.
    Timestamp waiting_since;
    bool entered = true;
    std::uint32_t receive_count = 0;
    Timestamp first_received_at;
    Timestamp received_at;
    /// When its latest flight in this queue ends, or ended.
    Timestamp returns_at;
    /// The receive that took it last, counted over the whole run.
    std::uint64_t last_receive = 0;
    /// Its visibility was changed, at whatever receive.
    bool visibility_changed = false;
    std::string dead_letter_source;

    bool in_flight(Timestamp now) const { return held && available_at > now; }
    bool delayed(Timestamp now) const { return !entered || (!held && available_at > now); }
    bool visible(Timestamp now) const { return !in_flight(now) && !delayed(now); }
};

/// A message group that has messages: groups are served in the order in which they became available.
struct Group {
    std::uint64_t ordinal = 0;
    Timestamp touched_at;
};

struct Waiter {
    std::uint64_t label = 0;
    std::uint64_t session = 0;
    Receive receive;
    Timestamp deadline;
};

struct Deduplication {
    std::string scope;
    std::string id;
    std::uint64_t number = 0;
    Timestamp sent_at;
};

struct Attempt {
    std::string id;
    Timestamp at;
    /// Message and the receive that took it.
    std::vector<std::uint64_t> numbers;
    std::vector<std::uint64_t> receives;
    /// As the attempt, or its latest repetition, left them.
    std::vector<Timestamp> deadlines;
};

struct Queue {
    std::string name;
    /// A queue that was deleted and made again is another queue.
    std::uint64_t incarnation = 0;
    engine::QueueSettings settings;
    /// The scope that the queue was made with (docs/aws.md sqs-38).
    engine::DeduplicationScope deduplicates_in = engine::DeduplicationScope::queue;
    std::map<std::string, std::string> tags;
    std::vector<Message> messages;
    std::map<std::string, Group> groups;
    std::vector<Waiter> waiters;
    std::vector<Deduplication> deduplications;
    std::vector<Attempt> attempts;
    Timestamp created_at;
    std::optional<Timestamp> purged_at;
    std::uint64_t next_ordinal = 1;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t deleted = 0;

    Message* find(std::uint64_t number);
    std::uint64_t count_in_flight(Timestamp now) const;
    std::uint64_t count_delayed(Timestamp now) const;
    std::uint64_t count_visible(Timestamp now) const;
};

/// Groups that can be received from, in the order in which they became so.
std::vector<std::string> groups_in_order(const Queue& queue, Timestamp now);
/// Since when a group can be received from, or nothing while its first message is in flight (docs/aws.md sqs-37).
std::optional<Timestamp> available_since(const Queue& queue, const std::string& group, Timestamp now);

/// What a receive gave: proof that it was received, by whom nobody asks.
struct Handle {
    std::uint64_t incarnation = 0;
    std::uint64_t number = 0;
    std::uint64_t receive = 0;
    /// Which receive of the message it was: the first is 1.
    std::uint32_t receive_count = 0;
};

struct SendOutcome {
    Status status = Status::ok;
    std::uint64_t number = 0;
};
struct Received {
    Message message;
    Handle handle;
    std::uint64_t incarnation = 0;
};

/// What an action is answered with. Only the lists that belong to the action are filled.
struct Answer {
    std::uint64_t label = 0;
    Status status = Status::ok;
    bool created = false;
    std::vector<SendOutcome> sends;
    std::vector<Received> received;
    std::vector<Status> entries;
};

struct MoveTask {
    std::uint64_t label = 0;
    std::uint64_t source_incarnation = 0;
    std::string source;
    std::optional<std::string> destination;
    std::optional<std::int64_t> rate;
    Timestamp started_at;
    std::uint64_t moved = 0;
    std::uint64_t to_move = 0;
    bool running = true;
};

struct Limits {
    std::uint64_t in_flight_max_standard = 120'000;
    std::uint64_t in_flight_max_fifo = 120'000;
    bool delay_after_delete = false;
    bool delay_after_purge = false;
};

class Model {
public:
    explicit Model(Limits limits) : limits_(limits) {}

    Timestamp now() const { return now_; }
    /// Moves time: delays and retention end.
    void set_time(Timestamp now);
    void apply(const Action& action);
    /// Answers given since the last call.
    std::vector<Answer> take_answers();

    const std::map<std::string, Queue>& queues() const { return queues_; }
    std::map<std::uint64_t, MoveTask>& moves() { return moves_; }
    const std::map<std::uint64_t, MoveTask>& moves() const { return moves_; }
    /// The handles that the receive with this label was answered with.
    const std::vector<Handle>& handles_of(std::uint64_t label) const;
    const std::map<std::uint64_t, std::vector<Handle>>& handles() const { return handles_; }
    /// Does the next `count` steps of a move task. False when there are not as many messages to move.
    bool advance_move(MoveTask& move, std::uint64_t count);
    std::uint64_t movable(const MoveTask& move) const;
    /// True when the first message to move has nowhere to go.
    bool stuck(const MoveTask& move);
    /// How many messages retention has removed so far.
    std::uint64_t expired() const { return expired_; }
    /// There are messages that retention removes when time moves on; nobody can receive them.
    bool anything_expired() const;
    /// The engine was opened anew: who waited is gone.
    void forget_waiters();
    /// The last thing to do at a moment: who waits is given what there is, or answered that the wait is over.
    void end_moment();

private:
    Queue* find(const std::string& name);
    Queue* find_incarnation(std::uint64_t incarnation);
    void answer(std::uint64_t label, Status status);

    void create(const Action& action, const Create& create);
    void drop(const Action& action, const Drop& drop);
    void set(const Action& action, const Set& set);
    void tag(const Action& action, const Tag& tag);
    void untag(const Action& action, const Untag& untag);
    void purge(const Action& action, const Purge& purge);
    Status change(engine::QueueSettings& settings, const engine::QueueSettingsChange& change);
    Status check_redrive(const std::string& name, const engine::QueueSettings& settings);

    void send(const Action& action, const Send& send);
    SendOutcome send(Queue& queue, const Entry& entry);

    void receive(const Action& action, const Receive& receive);
    std::vector<Received> take(Queue& queue, const Receive& receive);
    std::vector<Received> repeat_attempt(Queue& queue, const Receive& receive);
    std::vector<std::uint64_t> order_of_receipt(const Queue& queue, const std::string* group) const;
    std::vector<std::uint64_t> receivable_or_expired(const Queue& queue, const std::string* group) const;
    void take_one(Queue& queue, std::uint64_t number, const Receive& receive, std::vector<Received>& taken);
    std::size_t room(const Queue& queue, const Receive& receive) const;
    bool dead_letter(Queue& queue, std::uint64_t number);
    bool at_in_flight_limit(const Queue& queue) const;

    void remove(const Action& action, const Delete& command);
    Status remove(Queue& queue, const Handle& handle);
    void change_visibility(const Action& action, const Change& change);
    Status change_visibility(Queue& queue, const Handle& handle, Milliseconds visibility);
    void give_back(const GiveBack& give_back);
    std::optional<Handle> resolve(const HandleReference& reference) const;

    /// The first message that a move task can take, and where it goes.
    std::optional<std::uint64_t> first_movable(const Queue& source) const;
    Queue* destination_of(const MoveTask& move, const Message& message);
    void start_move(const Action& action, const Move& move);
    void cancel_move(const Action& action, const CancelMove& cancel);
    void cancel_wait(const Action& action, const CancelWait& cancel);
    void end_session(std::uint64_t session);

    /// All that follows from the moment: expiry, delays, receives that wait. Until nothing changes any more.
    void settle();
    bool expire();
    bool expired(const Queue& queue, const Message& message) const;
    bool enter_groups();
    bool feed_waiters();

    /// Puts a message at the end of a queue, with a new place in its order.
    void append(Queue& queue, Message message);
    void erase(Queue& queue, std::uint64_t number);
    void enter_group(Queue& queue, Message& message, Timestamp at);

    Limits limits_;
    Timestamp now_;
    std::map<std::string, Queue> queues_;
    std::map<std::string, Timestamp> deleted_at_;
    std::map<std::uint64_t, MoveTask> moves_;
    std::map<std::uint64_t, std::vector<Handle>> handles_;
    std::vector<Answer> answers_;
    std::uint64_t next_number_ = 1;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t next_incarnation_ = 1;
    std::uint64_t next_receive_ = 1;
    std::uint64_t expired_ = 0;
    std::uint64_t dead_lettered_ = 0;
};

}  // namespace tern::model
