#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/store.hpp"

/// What a front end sees of the broker: a mailbox to put commands in, snapshots to read from, the time. No Asio here.
namespace tern::runtime {

/// The bytes that a command's views point into. Moving it keeps them where they are.
using Frame = std::unique_ptr<char[]>;

/// One end of a connection on its I/O thread. Answers come on that thread, in the order in which they became durable.
class AnswerReceiver {
public:
    virtual ~AnswerReceiver() = default;
    virtual void on_answer(std::uint64_t request, engine::Answer&& answer) = 0;
    /// All answers that became durable together were told: a good moment to write them as one. May remove itself.
    virtual void on_answers_told() {}
    /// A fetch of this session that waits (waiting_fetches.hpp) is to be looked at again; `over` when its time has
    /// passed.
    virtual void on_fetch_due(std::uint64_t /*id*/, bool /*over*/) {}
    /// The broker stops: every answer that was to come has come. Write what is in hand, close, and call
    /// AnswerRouter::remove. What has not left after half a second is cut.
    virtual void on_shutdown() {}
};

/// The receivers of one I/O thread; used on that thread only.
class AnswerRouter {
public:
    virtual ~AnswerRouter() = default;
    virtual std::uint32_t io_thread() const = 0;
    /// A number for the receiver, never used twice while the process lives.
    virtual std::uint64_t add(AnswerReceiver& receiver) = 0;
    /// The session is over: what it waited for is forgotten, and messages that were on their way to it become visible
    /// again at once, as if never received.
    virtual void remove(std::uint64_t session) = 0;
    /// For a receiver that still holds answers which it could not write when its connection ended.
    virtual void give_back(engine::Answer&& answer) = 0;
};

struct Metrics;
class Log;
class Presence;
class SubscriberCounts;

class Broker {
public:
    virtual ~Broker() = default;
    /// Queues a command for the commit thread; its answer goes to the ticket's receiver. On the ticket's I/O thread.
    /// Errors: overloaded when the mailbox is full, shutting_down. Then nothing was queued and no answer will come.
    virtual Result<void> submit(const engine::Ticket& ticket, engine::Command&& command, Frame&& frame,
                                std::size_t frame_bytes) = 0;
    virtual std::unique_ptr<store::ReadTransaction> snapshot() = 0;
    /// How far a snapshot that began before this call may be read, where it reads records (durable_ends.hpp).
    virtual engine::DurableEnd durable_end() const = 0;
    virtual Timestamp now() const = 0;
    virtual store::Store& store() = 0;
    /// Counters that any thread may read; see metrics.hpp.
    virtual Metrics& metrics() = 0;
    /// How many are subscribed to topics now, and who is on them. From any thread.
    virtual SubscriberCounts& subscriber_counts() = 0;
    virtual Presence& presence() = 0;
    /// From any thread; see log.hpp.
    virtual Log& log() = 0;
    /// Space as of the last batch. For tests, health and `tern status`.
    virtual store::Space last_space() const = 0;
    virtual const std::string& data_folder() const = 0;
};

}  // namespace tern::runtime
