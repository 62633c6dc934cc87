#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/commands.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/clock.hpp"

namespace tern::runtime {

struct MailboxLimits {
    /// What may wait. A command longer than `bytes_max` is taken when nothing else waits.
    std::size_t commands_max = 16'384;
    std::size_t bytes_max = 64u << 20;
    /// What is handed over at once. Past about 1,000 commands a commit, throughput stops growing and latency climbs.
    std::size_t batch_commands_max = 1'000;
    std::size_t batch_bytes_max = 8u << 20;
};

/// A command with the bytes its views point into.
struct Envelope {
    engine::Ticket ticket;
    engine::Command command;
    Frame frame;
    std::size_t bytes = 0;
};

/// False for the commands that the runtime makes for itself: they are answered to nobody.
bool is_answered(const engine::Command& command);

/// Where commands wait for the commit thread: many threads put, one takes.
class Mailbox {
public:
    explicit Mailbox(MailboxLimits limits = {}) : limits_(limits) {}

    /// From any thread. Errors: overloaded past the limits, shutting_down after close.
    Result<void> put(Envelope&& envelope);
    /// The runtime's own commands (give back, end session): beyond the limits, since dropping one would hold a message
    /// back, and bounded by the sessions and answers that exist. Taken until finish; dropped after it.
    void put_internal(const engine::Ticket& ticket, engine::Command&& command);

    /// From now on put refuses; what waits is still handed out.
    void close();
    /// From now on put_internal drops: the commit thread leaves once nothing waits.
    void finish();
    /// Waits until the commit thread sleeps and nothing waits: all that was put has been dealt with. False when that
    /// took longer than `patience`.
    bool wait_until_idle(Milliseconds patience);
    /// Makes a sleeping wait return although nothing came.
    void wake();

    /// Sleeps until something waits, `until` has come, or wake or finish was called. Commit thread only, like take.
    void wait(std::optional<Clock::SteadyPoint> until);
    /// The next batch, oldest first; empty when nothing waits. Valid until the next take.
    std::span<Envelope> take();

    /// True when there is something for take.
    bool empty() const { return commands() == 0; }
    bool closed() const;
    bool finished() const;
    /// How much waits: approximate on other threads than the commit thread.
    std::size_t commands() const { return commands_.load(std::memory_order_relaxed); }
    std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

private:
    void append(Envelope&& envelope);

    const MailboxLimits limits_;
    mutable std::mutex mutex_;
    std::condition_variable wakened_;
    std::condition_variable idle_;
    bool taker_sleeps_ = false;
    std::vector<Envelope> waiting_;
    bool wake_requested_ = false;
    bool closed_ = false;
    bool finished_ = false;
    std::atomic<std::size_t> commands_ = 0;
    std::atomic<std::size_t> bytes_ = 0;

    // The commit thread's own: what was swapped out of waiting_, from `begin_` on not handed out yet.
    std::vector<Envelope> taken_;
    std::size_t handed_out_ = 0;
    std::size_t begin_ = 0;
};

}  // namespace tern::runtime
