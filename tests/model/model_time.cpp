#include <algorithm>

#include "broker/base/overloaded.hpp"
#include "tests/model/model.hpp"

/// What follows from time alone, and the ways in which messages come into queues and leave them.
namespace tern::model {

Message* Queue::find(std::uint64_t number) {
    for (auto& message : messages)
        if (message.number == number) return &message;
    return nullptr;
}

std::uint64_t Queue::count_in_flight(Timestamp now) const {
    return static_cast<std::uint64_t>(
        std::count_if(messages.begin(), messages.end(), [&](const Message& m) { return m.in_flight(now); }));
}

std::uint64_t Queue::count_delayed(Timestamp now) const {
    return static_cast<std::uint64_t>(
        std::count_if(messages.begin(), messages.end(), [&](const Message& m) { return m.delayed(now); }));
}

std::uint64_t Queue::count_visible(Timestamp now) const {
    return messages.size() - count_in_flight(now) - count_delayed(now);
}

Queue* Model::find(const std::string& name) {
    const auto found = queues_.find(name);
    return found == queues_.end() ? nullptr : &found->second;
}

Queue* Model::find_incarnation(std::uint64_t incarnation) {
    for (auto& [name, queue] : queues_)
        if (queue.incarnation == incarnation) return &queue;
    return nullptr;
}

const std::vector<Handle>& Model::handles_of(std::uint64_t label) const {
    static const std::vector<Handle> none;
    const auto found = handles_.find(label);
    return found == handles_.end() ? none : found->second;
}

void Model::answer(std::uint64_t label, Status status) {
    answers_.push_back({label, status, false, {}, {}, {}});
}

std::vector<Answer> Model::take_answers() {
    return std::exchange(answers_, {});
}

void Model::apply(const Action& action) {
    std::visit(Overloaded{
                   [&](const Create& body) { create(action, body); },
                   [&](const Drop& body) { drop(action, body); },
                   [&](const Set& body) { set(action, body); },
                   [&](const Tag& body) { tag(action, body); },
                   [&](const Untag& body) { untag(action, body); },
                   [&](const Purge& body) { purge(action, body); },
                   [&](const Send& body) { send(action, body); },
                   [&](const Receive& body) { receive(action, body); },
                   [&](const Delete& body) { remove(action, body); },
                   [&](const Change& body) { change_visibility(action, body); },
                   [&](const GiveBack& body) { give_back(body); },
                   [&](const Move& body) { start_move(action, body); },
                   [&](const CancelMove& body) { cancel_move(action, body); },
                   [&](const CancelWait& body) { cancel_wait(action, body); },
                   [&](const EndSession&) { end_session(action.session); },
               },
               action.body);
    settle();
}

void Model::set_time(Timestamp now) {
    now_ = now;
    enter_groups();
    while (expire()) {
    }
}

void Model::settle() {
    for (bool changed = true; changed;) {
        changed = enter_groups();
        changed = feed_waiters() || changed;
    }
}

/// Messages older than the retention vanish (docs/aws.md sqs-14), but not from under the hands of a receiver.
bool Model::expire() {
    for (auto& [name, queue] : queues_)
        for (const auto& message : queue.messages)
            if (expired(queue, message)) {
                erase(queue, message.number);
                ++expired_;
                return true;
            }
    return false;
}

bool Model::expired(const Queue& queue, const Message& message) const {
    return message.sent_at + queue.settings.retention <= now_ && !message.in_flight(now_);
}

bool Model::anything_expired() const {
    for (const auto& [name, queue] : queues_)
        for (const auto& message : queue.messages)
            if (expired(queue, message)) return true;
    return false;
}

void Model::forget_waiters() {
    for (auto& [name, queue] : queues_) queue.waiters.clear();
}

/// The queue's delay of now holds for all that wait (docs/aws.md sqs-19).
bool Model::enter_groups() {
    bool entered = false;
    for (auto& [name, queue] : queues_)
        for (auto& message : queue.messages) {
            const auto due = message.waiting_since + queue.settings.delay;
            if (message.entered || due > now_) continue;
            enter_group(queue, message, due);
            entered = true;
        }
    return entered;
}

void Model::enter_group(Queue& queue, Message& message, Timestamp at) {
    message.entered = true;
    message.available_at = at;
    message.first_available_at = at;
    if (!queue.groups.contains(message.entry.group))
        queue.groups[message.entry.group] = Group{queue.next_ordinal++, at};
}

void Model::append(Queue& queue, Message message) {
    message.sequence = next_sequence_++;
    message.waiting_since = now_;
    message.returns_at = Timestamp();
    message.entered = !queue.settings.fifo;
    queue.messages.push_back(std::move(message));
}

void Model::erase(Queue& queue, std::uint64_t number) {
    const auto removed = *queue.find(number);
    const auto& group = removed.entry.group;
    const auto stood_before = [&](const Message& message) {
        return message.entered && message.entry.group == group && message.sequence < removed.sequence;
    };
    const bool was_first = removed.entered && std::none_of(queue.messages.begin(), queue.messages.end(), stood_before);
    std::erase_if(queue.messages, [&](const Message& message) { return message.number == number; });
    if (!queue.settings.fifo) return;

    const bool empty = std::none_of(queue.messages.begin(), queue.messages.end(), [&](const Message& message) {
        return message.entered && message.entry.group == group;
    });
    if (empty) {
        queue.groups.erase(group);
    } else if (was_first) {
        // Until it went, or until its visibility timeout ended, it kept the others from being received.
        auto& touched_at = queue.groups[group].touched_at;
        touched_at = std::max(touched_at, std::min(now_, removed.returns_at));
    }
}

}  // namespace tern::model
