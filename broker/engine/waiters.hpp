#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "broker/base/check.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands.hpp"

namespace tern::engine {

/// Commands that found nothing to answer yet and wait for it, in order of their arrival: receives for a queue's
/// messages, heartbeats for a change of the member's assignment. `Subject` is what they wait for, `What` the rest of
/// what must be known to answer them.
template <class Subject, class What>
class Waiters {
public:
    struct Waiter {
        std::uint64_t arrival = 0;
        Ticket ticket;
        Subject subject{};
        What what{};
        Timestamp deadline;
    };

    void park(const Ticket& ticket, const Subject& subject, What what, Timestamp deadline) {
        const auto arrival = next_arrival_++;
        by_subject_.emplace(subject, arrival);
        by_deadline_.emplace(deadline, arrival);
        by_session_.emplace(session_of(ticket), arrival);
        all_.emplace(arrival, Waiter{arrival, ticket, subject, std::move(what), deadline});
    }

    /// The first to arrive of those that wait for this.
    const Waiter* first_of(const Subject& subject) const {
        const auto first = by_subject_.lower_bound({subject, 0});
        if (first == by_subject_.end() || first->first != subject) return nullptr;
        return &all_.at(first->second);
    }
    bool any_of(const Subject& subject) const { return first_of(subject) != nullptr; }

    Waiter remove(std::uint64_t arrival) {
        auto node = all_.extract(arrival);
        TERN_CHECK(!node.empty());
        auto waiter = std::move(node.mapped());
        by_subject_.erase({waiter.subject, arrival});
        by_deadline_.erase({waiter.deadline, arrival});
        by_session_.erase({session_of(waiter.ticket), arrival});
        return waiter;
    }

    std::optional<Waiter> remove_request(const Ticket& ticket) {
        const auto session = session_of(ticket);
        for (auto at = by_session_.lower_bound({session, 0}); at != by_session_.end() && at->first == session; ++at) {
            if (all_.at(at->second).ticket.request == ticket.request) return remove(at->second);
        }
        return std::nullopt;
    }

    /// Forgets all that a session waits for.
    void remove_session(const Ticket& ticket) {
        const auto session = session_of(ticket);
        for (auto at = by_session_.lower_bound({session, 0}); at != by_session_.end() && at->first == session;) {
            const auto arrival = at->second;
            ++at;
            remove(arrival);
        }
    }

    std::vector<Waiter> remove_all_of(const Subject& subject) {
        std::vector<Waiter> removed;
        while (const auto* first = first_of(subject)) removed.push_back(remove(first->arrival));
        return removed;
    }

    /// Those whose time is up.
    std::vector<const Waiter*> due(Timestamp now) const {
        std::vector<const Waiter*> due;
        for (auto at = by_deadline_.begin(); at != by_deadline_.end() && at->first <= now; ++at)
            due.push_back(&all_.at(at->second));
        return due;
    }

    std::optional<Timestamp> next_deadline() const {
        if (by_deadline_.empty()) return std::nullopt;
        return by_deadline_.begin()->first;
    }

    std::size_t size() const { return all_.size(); }

private:
    using Session = std::pair<std::uint32_t, std::uint64_t>;
    static Session session_of(const Ticket& ticket) { return {ticket.io_thread, ticket.session}; }

    std::uint64_t next_arrival_ = 1;
    std::map<std::uint64_t, Waiter> all_;
    std::set<std::pair<Subject, std::uint64_t>> by_subject_;
    std::set<std::pair<Timestamp, std::uint64_t>> by_deadline_;
    std::set<std::pair<Session, std::uint64_t>> by_session_;
};

}  // namespace tern::engine
