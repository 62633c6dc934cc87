#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/queue_kind.hpp"

namespace tern::engine {

/// A receive that found nothing and waits.
struct Waiter {
    std::uint64_t arrival = 0;
    Ticket ticket;
    std::uint32_t queue = 0;
    ReceiveOrder order;
    std::string attempt_id;
    Timestamp deadline;
};

/// Receives that wait for messages, in order of their arrival.
class Waiters {
public:
    void park(Waiter waiter);
    /// The first to arrive of those that wait for this queue.
    const Waiter* first_of(std::uint32_t queue) const;
    bool any_of(std::uint32_t queue) const { return first_of(queue) != nullptr; }
    Waiter remove(std::uint64_t arrival);
    std::optional<Waiter> remove_request(const Ticket& ticket);
    /// Forgets all that a session waits for.
    void remove_session(const Ticket& ticket);
    std::vector<Waiter> remove_queue(std::uint32_t queue);

    /// Those whose time is up.
    std::vector<const Waiter*> due(Timestamp now) const;
    std::optional<Timestamp> next_deadline() const;
    std::size_t size() const { return all_.size(); }

private:
    using Session = std::pair<std::uint32_t, std::uint64_t>;
    static Session session_of(const Ticket& ticket) { return {ticket.io_thread, ticket.session}; }

    std::uint64_t next_arrival_ = 1;
    std::map<std::uint64_t, Waiter> all_;
    std::set<std::pair<std::uint32_t, std::uint64_t>> by_queue_;
    std::set<std::pair<Timestamp, std::uint64_t>> by_deadline_;
    std::set<std::pair<Session, std::uint64_t>> by_session_;
};

}  // namespace tern::engine
