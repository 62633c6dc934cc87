#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/waiters.hpp"
#include "broker/engine/wake_ups.hpp"

namespace tern::engine {

/// What a parked receive wants.
struct WaitingReceive {
    ReceiveOrder order;
    std::string attempt_id;
};

/// Receives, at once or when there is something: whoever finds nothing and may wait is parked, and is served in the
/// same batch as the send that feeds him, in order of arrival.
class Receiving {
public:
    /// Nothing when the receive was parked. Errors: as docs/protocol.md lists for a receive; overloaded when as many
    /// receives wait as may.
    std::optional<Answer> receive(Batch& batch, const Ticket& ticket, const ReceiveMessages& command,
                                  std::vector<Completion>& completions);

    /// Answers a parked receive of this session with the status cancelled, if it is still parked.
    void cancel(const Ticket& ticket, std::vector<Completion>& completions);
    void end_session(const Ticket& ticket) { waiters_.remove_session(ticket); }
    /// The queue is gone.
    void refuse_all(std::uint32_t queue, std::vector<Completion>& completions);

    /// Serves those that wait for queues in which something has become receivable.
    void serve_fed(Batch& batch, std::vector<Completion>& completions);
    /// Looks at queues whose time has come, and answers receives that have waited long enough.
    void advance(Batch& batch, std::vector<Completion>& completions);
    /// Answers receives that have waited long enough with nothing; says how many.
    std::size_t answer_overdue(Timestamp now, std::vector<Completion>& completions);
    /// Notes when each queue that was touched must be looked at again.
    void end_batch(const Batch& batch, const std::vector<Queue*>& touched);

    std::optional<Timestamp> next_deadline() const;
    std::size_t waiting() const { return waiters_.size(); }

private:
    struct Attempt {
        std::optional<Answer> answer;
        ReceiveEnd end = ReceiveEnd::complete;
    };
    Attempt attempt(Batch& batch, Queue& queue, const ReceiveOrder& order, const std::string& attempt_id);
    void serve(Batch& batch, Queue& queue, std::vector<Completion>& completions);

    /// By the queue's number.
    Waiters<std::uint32_t, WaitingReceive> waiters_;
    WakeUps wake_ups_;
    /// Queues whose first receivable message could not be found within this batch's share of due work.
    std::set<std::uint32_t> unfinished_;
    /// Queues that no command touched, but in which a receive was parked or time has passed.
    std::set<std::uint32_t> look_again_;
};

}  // namespace tern::engine
