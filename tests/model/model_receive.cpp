#include <algorithm>

#include "tests/model/model.hpp"

/// Receiving: order, FIFO groups, attempts, dead letters, limits, long polls (docs/aws.md sqs-23 to sqs-29, sqs-37,
/// sqs-39).
namespace tern::model {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

bool outside(const std::optional<Milliseconds>& value, Milliseconds most) {
    return value && (*value < Milliseconds(0) || *value > most);
}

bool attempt_is_valid(const std::string& attempt) {
    return attempt.size() <= 128 &&
           std::all_of(attempt.begin(), attempt.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

Status check(const Receive& receive, const Queue& queue) {
    if (receive.messages_max < 1 || receive.messages_max > 10) return Status::receive_max_invalid;
    if (outside(receive.wait, seconds(20))) return Status::wait_invalid;
    if (outside(receive.visibility, seconds(43200))) return Status::visibility_timeout_invalid;
    if (!receive.attempt.empty() && (!queue.settings.fifo || !attempt_is_valid(receive.attempt)))
        return Status::receive_attempt_id_invalid;
    return Status::ok;
}

const Message* first_of_group(const Queue& queue, const std::string& name) {
    const Message* first = nullptr;
    for (const auto& message : queue.messages)
        if (message.entered && message.entry.group == name && (first == nullptr || message.sequence < first->sequence))
            first = &message;
    return first;
}

}  // namespace

std::optional<Timestamp> available_since(const Queue& queue, const std::string& name, Timestamp now) {
    const auto* const first = first_of_group(queue, name);
    if (first == nullptr || first->in_flight(now)) return std::nullopt;
    return std::max(queue.groups.at(name).touched_at, first->returns_at);
}

std::vector<std::string> groups_in_order(const Queue& queue, Timestamp now) {
    struct Candidate {
        Timestamp since;
        std::uint64_t ordinal = 0;
        std::string name;
    };
    std::vector<Candidate> candidates;
    for (const auto& [name, group] : queue.groups)
        if (const auto since = available_since(queue, name, now)) candidates.push_back({*since, group.ordinal, name});
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::tie(a.since, a.ordinal) < std::tie(b.since, b.ordinal);
    });
    std::vector<std::string> names;
    for (const auto& candidate : candidates) names.push_back(candidate.name);
    return names;
}

void Model::receive(const Action& action, const Receive& receive) {
    auto* queue = find(receive.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);
    if (const auto status = check(receive, *queue); status != Status::ok) return answer(action.label, status);

    Answer result{action.label, Status::ok, false, {}, {}, {}};
    result.received = repeat_attempt(*queue, receive);
    if (result.received.empty()) {
        // Only a standard queue tells that too much is in flight; a FIFO queue has nothing to give (sqs-28).
        if (!queue->settings.fifo && at_in_flight_limit(*queue))
            return answer(action.label, Status::over_in_flight_limit);
        result.received = take(*queue, receive);
    }
    const auto wait = receive.wait.value_or(queue->settings.wait);
    if (result.received.empty() && wait > Milliseconds(0)) {
        // What the queue's settings say at the receive holds, whenever it is answered.
        auto waiting = receive;
        waiting.visibility = receive.visibility.value_or(queue->settings.visibility_timeout);
        queue->waiters.push_back({action.label, action.session, waiting, now_ + wait});
        return;
    }
    for (const auto& each : result.received) handles_[action.label].push_back(each.handle);
    answers_.push_back(result);
}

bool Model::at_in_flight_limit(const Queue& queue) const {
    const auto limit = queue.settings.fifo ? limits_.in_flight_max_fifo : limits_.in_flight_max_standard;
    return queue.count_in_flight(now_) >= limit;
}

/// The same attempt gives the same messages and handles as long as nobody touched them (docs/aws.md sqs-29), and their
/// visibility timeout begins anew.
std::vector<Received> Model::repeat_attempt(Queue& queue, const Receive& receive) {
    std::vector<Received> repeated;
    if (receive.attempt.empty()) return repeated;
    const auto visibility = receive.visibility.value_or(queue.settings.visibility_timeout);
    for (auto& attempt : queue.attempts) {
        if (attempt.id != receive.attempt || now_ - attempt.at >= minutes(5)) continue;
        for (std::size_t i = 0; i < attempt.numbers.size(); ++i) {
            const auto* message = queue.find(attempt.numbers[i]);
            const bool untouched = message != nullptr && message->in_flight(now_) &&
                                   message->last_receive == attempt.receives[i] &&
                                   message->available_at == attempt.deadlines[i];
            if (!untouched) return {};
        }
        // Not to end the flight of messages that the first answer's reader may be working on.
        if (visibility == Milliseconds(0)) return {};
        for (std::size_t i = 0; i < attempt.numbers.size(); ++i) {
            auto* message = queue.find(attempt.numbers[i]);
            message->available_at = message->returns_at = attempt.deadlines[i] = now_ + visibility;
            repeated.push_back({*message,
                                {queue.incarnation, message->number, message->last_receive, message->receive_count},
                                queue.incarnation});
        }
    }
    return repeated;
}

/// The messages that a receive looks at: those that are visible, first come, first served. On a FIFO queue those of one
/// group; on a standard queue `group` is null.
std::vector<std::uint64_t> Model::receivable_or_expired(const Queue& queue, const std::string* group) const {
    std::vector<const Message*> candidates;
    for (const auto& message : queue.messages)
        if (message.visible(now_) && (group == nullptr || message.entry.group == *group))
            candidates.push_back(&message);
    // Nothing overtakes a message in flight.
    if (group != nullptr)
        for (const auto& other : queue.messages)
            if (other.entered && other.in_flight(now_) && other.entry.group == *group)
                std::erase_if(candidates, [&](const Message* message) { return message->sequence > other.sequence; });
    std::sort(candidates.begin(), candidates.end(), [&](const Message* a, const Message* b) {
        if (group != nullptr) return a->sequence < b->sequence;
        return std::tie(a->available_at, a->sequence) < std::tie(b->available_at, b->sequence);
    });
    std::vector<std::uint64_t> numbers;
    for (const auto* message : candidates) numbers.push_back(message->number);
    return numbers;
}

std::vector<Received> Model::take(Queue& queue, const Receive& receive) {
    std::vector<Received> taken;
    const auto room = this->room(queue, receive);
    if (queue.settings.fifo) {
        for (const auto& group : groups_in_order(queue, now_)) {
            // A group from which nothing goes out for longer keeps its place.
            queue.groups[group].touched_at = *available_since(queue, group, now_);
            for (const auto number : receivable_or_expired(queue, &group))
                if (taken.size() < room) take_one(queue, number, receive, taken);
        }
    } else {
        for (const auto number : receivable_or_expired(queue, nullptr))
            if (taken.size() < room) take_one(queue, number, receive, taken);
    }
    if (!receive.attempt.empty() && !taken.empty()) {
        std::erase_if(queue.attempts, [&](const Attempt& attempt) { return attempt.id == receive.attempt; });
        Attempt attempt{receive.attempt, now_, {}, {}, {}};
        for (const auto& each : taken) {
            attempt.numbers.push_back(each.message.number);
            attempt.receives.push_back(each.handle.receive);
            attempt.deadlines.push_back(each.message.available_at);
        }
        queue.attempts.push_back(attempt);
    }
    return taken;
}

std::size_t Model::room(const Queue& queue, const Receive& receive) const {
    const auto limit = queue.settings.fifo ? limits_.in_flight_max_fifo : limits_.in_flight_max_standard;
    const auto in_flight = queue.count_in_flight(now_);
    if (in_flight >= limit) return 0;
    return std::min<std::size_t>(limit - in_flight, static_cast<std::size_t>(receive.messages_max));
}

std::vector<std::uint64_t> Model::order_of_receipt(const Queue& queue, const std::string* group) const {
    auto numbers = receivable_or_expired(queue, group);
    std::erase_if(numbers, [&](std::uint64_t number) {
        return std::any_of(queue.messages.begin(), queue.messages.end(),
                           [&](const Message& message) { return message.number == number && expired(queue, message); });
    });
    return numbers;
}

void Model::take_one(Queue& queue, std::uint64_t number, const Receive& receive, std::vector<Received>& taken) {
    // What has expired goes when a receive meets it, if not before.
    if (expired(queue, *queue.find(number))) {
        erase(queue, number);
        ++expired_;
        return;
    }
    if (dead_letter(queue, number)) return;

    const auto visibility = receive.visibility.value_or(queue.settings.visibility_timeout);
    auto* message = queue.find(number);
    message->held = visibility > Milliseconds(0);
    message->last_receive = next_receive_++;
    message->received_at = now_;
    if (message->receive_count++ == 0) message->first_received_at = now_;
    message->available_at = message->returns_at = now_ + visibility;
    ++queue.received;
    taken.push_back(
        {*message, {queue.incarnation, number, message->last_receive, message->receive_count}, queue.incarnation});
}

/// A message moves at the receive in which its count would exceed the maximum; it keeps id, body, time and count
/// (docs/aws.md sqs-39). True when it moved.
bool Model::dead_letter(Queue& queue, std::uint64_t number) {
    const auto& policy = queue.settings.redrive_policy;
    const auto* found = queue.find(number);
    if (!policy || found->receive_count < policy->receive_count_max) return false;
    auto* target = find(policy->dead_letter_queue);
    if (target == nullptr) return false;

    auto message = *found;
    erase(queue, number);
    message.dead_letter_source = queue.name;
    message.held = false;
    message.available_at = now_;
    message.first_available_at = now_;
    append(*target, message);
    ++dead_lettered_;
    return true;
}

bool Model::feed_waiters() {
    bool fed = false;
    const auto dead_lettered = dead_lettered_;
    for (auto& [name, queue] : queues_) {
        while (!queue.waiters.empty()) {
            const auto waiter = queue.waiters.front();
            auto received = repeat_attempt(queue, waiter.receive);
            if (received.empty()) received = take(queue, waiter.receive);
            if (received.empty()) break;
            queue.waiters.erase(queue.waiters.begin());
            for (const auto& each : received) handles_[waiter.label].push_back(each.handle);
            answers_.push_back({waiter.label, Status::ok, false, {}, received, {}});
            fed = true;
        }
    }
    // What became a dead letter may be what others wait for.
    return fed || dead_lettered_ != dead_lettered;
}

void Model::end_moment() {
    settle();
    for (auto& [name, queue] : queues_) {
        std::erase_if(queue.waiters, [&](const Waiter& waiter) {
            if (waiter.deadline > now_) return false;
            answer(waiter.label, Status::ok);
            return true;
        });
    }
}

void Model::cancel_wait(const Action& action, const CancelWait& cancel) {
    for (auto& [name, queue] : queues_) {
        std::erase_if(queue.waiters, [&](const Waiter& waiter) {
            if (waiter.label != cancel.receive || waiter.session != action.session) return false;
            answer(waiter.label, Status::cancelled);
            return true;
        });
    }
}

void Model::end_session(std::uint64_t session) {
    for (auto& [name, queue] : queues_)
        std::erase_if(queue.waiters, [&](const Waiter& waiter) { return waiter.session == session; });
}

}  // namespace tern::model
