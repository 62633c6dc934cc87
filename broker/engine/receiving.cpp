#include "broker/engine/receiving.hpp"

#include <algorithm>

#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/receive_attempts.hpp"
#include "broker/engine/sending.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

Errc check(const Queue& queue, const ReceiveMessages& command) {
    if (command.messages_max < 1 || command.messages_max > static_cast<std::int64_t>(protocol::receive_messages_max))
        return Errc::receive_max_invalid;
    if (command.wait && (command.wait->count() < 0 || command.wait->count() > protocol::wait_ms_max))
        return Errc::wait_invalid;
    if (command.visibility_timeout && (command.visibility_timeout->count() < 0 ||
                                       command.visibility_timeout->count() > protocol::visibility_timeout_ms_max))
        return Errc::visibility_timeout_invalid;
    if (!command.attempt_id.empty() && (!queue.settings().fifo || !valid_fifo_id(command.attempt_id)))
        return Errc::receive_attempt_id_invalid;
    return Errc::ok;
}

Answer answer_of(std::vector<ReceivedMessage> messages) {
    return {Errc::ok, {}, Messages{std::move(messages)}};
}

}  // namespace

Receiving::Attempt Receiving::attempt(Batch& batch, Queue& queue, const ReceiveOrder& order,
                                      const std::string& attempt_id) {
    if (!attempt_id.empty()) {
        if (auto again = receive_attempts::repeat(batch, queue, attempt_id, order.visibility_timeout))
            return {answer_of(std::move(*again)), ReceiveEnd::complete};
    }
    std::vector<ReceivedMessage> messages;
    messages.reserve(order.messages_max);
    const auto end = kind::receive(batch, queue, order, messages);
    if (messages.empty()) return {std::nullopt, end};
    if (!attempt_id.empty()) receive_attempts::remember(batch, queue, attempt_id, messages);
    return {answer_of(std::move(messages)), end};
}

std::optional<Answer> Receiving::receive(Batch& batch, const Ticket& ticket, const ReceiveMessages& command,
                                         std::vector<Completion>& completions) {
    const auto found = batch.queues.find(batch.transaction, command.queue);
    if (!found.has_value()) return refuse(found.error());
    auto& queue = **found;
    if (const auto errc = check(queue, command); errc != Errc::ok) return refuse(errc);

    const ReceiveOrder order{static_cast<std::size_t>(command.messages_max),
                             command.visibility_timeout.value_or(queue.settings().visibility_timeout)};
    // Others may wait for what has become visible just now; they come first.
    if (waiters_.any_of(queue.id)) serve(batch, queue, completions);
    auto tried = unfinished_.contains(queue.id) ? Attempt{std::nullopt, ReceiveEnd::unfinished}
                                                : attempt(batch, queue, order, command.attempt_id);
    if (tried.answer) return std::move(tried.answer);
    if (tried.end == ReceiveEnd::over_limit) return refuse(Errc::over_in_flight_limit);
    const bool unfinished = tried.end == ReceiveEnd::unfinished;

    const auto wait = command.wait.value_or(queue.settings().wait);
    if (wait.count() == 0 && !unfinished) {
        ++batch.counters.receives_empty;
        return answer_of({});
    }
    if (waiters_.size() >= batch.limits.waiting_receives_max) return refuse(Errc::overloaded);
    if (unfinished) unfinished_.insert(queue.id);
    waiters_.park(ticket, queue.id, {order, command.attempt_id}, batch.now + wait);
    look_again_.insert(queue.id);
    return std::nullopt;
}

void Receiving::cancel(const Ticket& ticket, std::vector<Completion>& completions) {
    if (waiters_.remove_request(ticket)) completions.push_back({ticket, refuse(Errc::cancelled)});
}

void Receiving::refuse_all(std::uint32_t queue, std::vector<Completion>& completions) {
    for (auto& waiter : waiters_.remove_all_of(queue))
        completions.push_back({waiter.ticket, refuse(Errc::queue_does_not_exist)});
    wake_ups_.set(queue, std::nullopt);
    unfinished_.erase(queue);
}

void Receiving::serve(Batch& batch, Queue& queue, std::vector<Completion>& completions) {
    unfinished_.erase(queue.id);
    while (const auto* first = waiters_.first_of(queue.id)) {
        auto tried = attempt(batch, queue, first->what.order, first->what.attempt_id);
        if (tried.end == ReceiveEnd::unfinished) unfinished_.insert(queue.id);
        if (!tried.answer) return;
        const auto waiter = waiters_.remove(first->arrival);
        completions.push_back({waiter.ticket, std::move(*tried.answer)});
    }
}

void Receiving::serve_fed(Batch& batch, std::vector<Completion>& completions) {
    // Serving one queue can feed another: its dead-letter queue. What feeds the queue being served is served with it.
    for (std::size_t i = 0; i < batch.fed.size(); ++i) {
        auto* queue = batch.fed[i];
        if (waiters_.any_of(queue->id)) serve(batch, *queue, completions);
    }
    for (auto* queue : batch.fed) queue->fed = false;
    batch.fed.clear();
}

void Receiving::advance(Batch& batch, std::vector<Completion>& completions) {
    for (const auto id : wake_ups_.take_due(batch.now)) {
        auto* queue = batch.queues.find(batch.transaction, id);
        if (queue == nullptr) continue;
        kind::freshen(batch, *queue);
        batch.feed(*queue);
        look_again_.insert(id);
    }
    serve_fed(batch, completions);
    batch.counters.receives_empty += answer_overdue(batch.now, completions);
}

std::size_t Receiving::answer_overdue(Timestamp now, std::vector<Completion>& completions) {
    std::vector<std::uint64_t> overdue;
    for (const auto* waiter : waiters_.due(now))
        if (!unfinished_.contains(waiter->subject)) overdue.push_back(waiter->arrival);
    for (const auto arrival : overdue) completions.push_back({waiters_.remove(arrival).ticket, answer_of({})});
    return overdue.size();
}

void Receiving::end_batch(const Batch& batch, const std::vector<Queue*>& touched) {
    const auto look_again = [&](Queue& queue) {
        if (!waiters_.any_of(queue.id)) return wake_ups_.set(queue.id, std::nullopt);
        if (unfinished_.contains(queue.id)) return wake_ups_.set(queue.id, batch.now);
        wake_ups_.set(queue.id, kind::next_moment(batch.transaction, queue, batch.now));
    };
    for (auto* queue : touched) {
        look_again(*queue);
        look_again_.erase(queue->id);
    }
    for (const auto id : look_again_) {
        if (auto* queue = batch.queues.find(batch.transaction, id)) look_again(*queue);
    }
    look_again_.clear();
}

std::optional<Timestamp> Receiving::next_deadline() const {
    const auto deadline = waiters_.next_deadline();
    const auto wake_up = wake_ups_.first();
    if (!deadline || !wake_up) return deadline ? deadline : wake_up;
    return std::min(*deadline, *wake_up);
}

}  // namespace tern::engine
