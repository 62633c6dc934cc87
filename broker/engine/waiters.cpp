#include "broker/engine/waiters.hpp"

#include "broker/base/check.hpp"

namespace tern::engine {

void Waiters::park(Waiter waiter) {
    waiter.arrival = next_arrival_++;
    by_queue_.emplace(waiter.queue, waiter.arrival);
    by_deadline_.emplace(waiter.deadline, waiter.arrival);
    by_session_.emplace(session_of(waiter.ticket), waiter.arrival);
    all_.emplace(waiter.arrival, std::move(waiter));
}

const Waiter* Waiters::first_of(std::uint32_t queue) const {
    const auto first = by_queue_.lower_bound({queue, 0});
    if (first == by_queue_.end() || first->first != queue) return nullptr;
    return &all_.at(first->second);
}

Waiter Waiters::remove(std::uint64_t arrival) {
    auto node = all_.extract(arrival);
    TERN_CHECK(!node.empty());
    auto waiter = std::move(node.mapped());
    by_queue_.erase({waiter.queue, arrival});
    by_deadline_.erase({waiter.deadline, arrival});
    by_session_.erase({session_of(waiter.ticket), arrival});
    return waiter;
}

std::optional<Waiter> Waiters::remove_request(const Ticket& ticket) {
    const auto session = session_of(ticket);
    for (auto at = by_session_.lower_bound({session, 0}); at != by_session_.end() && at->first == session; ++at) {
        if (all_.at(at->second).ticket.request == ticket.request) return remove(at->second);
    }
    return std::nullopt;
}

void Waiters::remove_session(const Ticket& ticket) {
    const auto session = session_of(ticket);
    for (auto at = by_session_.lower_bound({session, 0}); at != by_session_.end() && at->first == session;) {
        const auto arrival = at->second;
        ++at;
        remove(arrival);
    }
}

std::vector<Waiter> Waiters::remove_queue(std::uint32_t queue) {
    std::vector<Waiter> removed;
    while (const auto* first = first_of(queue)) removed.push_back(remove(first->arrival));
    return removed;
}

std::vector<const Waiter*> Waiters::due(Timestamp now) const {
    std::vector<const Waiter*> due;
    for (auto at = by_deadline_.begin(); at != by_deadline_.end() && at->first <= now; ++at)
        due.push_back(&all_.at(at->second));
    return due;
}

std::optional<Timestamp> Waiters::next_deadline() const {
    if (by_deadline_.empty()) return std::nullopt;
    return by_deadline_.begin()->first;
}

}  // namespace tern::engine
