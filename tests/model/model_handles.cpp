#include "tests/model/model.hpp"

/// What receipt handles are good for: deleting, changing visibility, giving back (docs/aws.md sqs-30 to sqs-32).
namespace tern::model {
namespace {

constexpr Milliseconds visibility_max = std::chrono::seconds(43200);

/// On a FIFO queue a handle is good for the last receive and until its visibility timeout ends.
bool handle_expired(const Queue& queue, const Message& message, const Handle& handle, Timestamp now) {
    return queue.settings.fifo && (message.receive_count != handle.receive_count || !message.in_flight(now));
}

/// It tells of a receive that never was: the receive was given back.
bool never_was(const Queue& queue, const Message& message, const Handle& handle) {
    return !queue.settings.fifo && handle.receive_count > message.receive_count;
}

}  // namespace

std::optional<Handle> Model::resolve(const HandleReference& reference) const {
    const auto& handles = handles_of(reference.receive);
    if (!reference.garbage.empty() || reference.index >= handles.size()) return std::nullopt;
    return handles[reference.index];
}

void Model::remove(const Action& action, const Delete& command) {
    if (command.handles.empty()) return answer(action.label, Status::batch_empty);
    if (command.handles.size() > entries_max) return answer(action.label, Status::batch_too_long);
    auto* queue = find(command.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);

    Answer result{action.label, Status::ok, false, {}, {}, {}};
    for (const auto& reference : command.handles) {
        const auto handle = resolve(reference);
        result.entries.push_back(handle ? remove(*queue, *handle) : Status::receipt_handle_invalid);
    }
    answers_.push_back(result);
}

Status Model::remove(Queue& queue, const Handle& handle) {
    if (handle.incarnation != queue.incarnation) return Status::receipt_handle_invalid;
    const auto* message = queue.find(handle.number);
    if (message == nullptr) return Status::ok;
    if (never_was(queue, *message, handle)) return Status::receipt_handle_invalid;
    if (handle_expired(queue, *message, handle, now_)) return Status::receipt_handle_expired;

    erase(queue, handle.number);
    ++queue.deleted;
    return Status::ok;
}

void Model::change_visibility(const Action& action, const Change& change) {
    if (change.handles.empty()) return answer(action.label, Status::batch_empty);
    if (change.handles.size() > entries_max) return answer(action.label, Status::batch_too_long);
    auto* queue = find(change.queue);
    if (queue == nullptr) return answer(action.label, Status::queue_does_not_exist);

    Answer result{action.label, Status::ok, false, {}, {}, {}};
    for (std::size_t i = 0; i < change.handles.size(); ++i) {
        const auto wanted = change.visibility[i];
        const auto handle = resolve(change.handles[i]);
        if (wanted < Milliseconds(0) || wanted > visibility_max) {
            result.entries.push_back(Status::visibility_timeout_invalid);
        } else {
            result.entries.push_back(handle ? change_visibility(*queue, *handle, wanted)
                                            : Status::receipt_handle_invalid);
        }
    }
    answers_.push_back(result);
}

Status Model::change_visibility(Queue& queue, const Handle& handle, Milliseconds visibility) {
    if (handle.incarnation != queue.incarnation) return Status::receipt_handle_invalid;
    auto* message = queue.find(handle.number);
    if (message == nullptr) return Status::message_not_in_flight;
    if (never_was(queue, *message, handle)) return Status::receipt_handle_invalid;
    if (handle_expired(queue, *message, handle, now_)) return Status::message_not_in_flight;
    if (now_ + visibility - message->received_at > visibility_max) return Status::total_visibility_exceeded;

    message->available_at = message->returns_at = now_ + visibility;
    message->held = true;
    message->visibility_changed = true;
    return Status::ok;
}

/// Nobody was told of this receive: it is as if it had not been.
void Model::give_back(const GiveBack& give_back) {
    for (const auto& reference : give_back.handles) {
        const auto handle = resolve(reference);
        auto* queue = handle ? find_incarnation(handle->incarnation) : nullptr;
        auto* message = queue != nullptr ? queue->find(handle->number) : nullptr;
        if (message == nullptr || message->receive_count != handle->receive_count) continue;
        if (queue->settings.fifo && !message->in_flight(now_)) continue;

        const bool first_receive = message->receive_count == 1;
        const bool stayed = !message->held && message->available_at == message->first_available_at;
        const bool untouched = (message->in_flight(now_) || stayed) && !message->visibility_changed;
        message->available_at = first_receive && untouched ? message->first_available_at : now_;
        message->held = false;
        message->last_receive = 0;
        --message->receive_count;
        --queue->received;
        message->returns_at = now_;
    }
}

}  // namespace tern::model
