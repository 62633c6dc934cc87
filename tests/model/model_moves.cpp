#include <algorithm>

#include "tests/model/model.hpp"

/// Move tasks: dead letters back to where they came from, or elsewhere (docs/aws.md sqs-41, sqs-42).
namespace tern::model {

void Model::start_move(const Action& action, const Move& move) {
    if (move.rate && (*move.rate < 1 || *move.rate > 500)) return answer(action.label, Status::move_rate_invalid);
    const auto* source = find(move.source);
    if (source == nullptr) return answer(action.label, Status::move_source_does_not_exist);
    const bool is_dead_letter_queue = std::any_of(queues_.begin(), queues_.end(), [&](const auto& each) {
        const auto& policy = each.second.settings.redrive_policy;
        return policy && policy->dead_letter_queue == move.source;
    });
    if (!is_dead_letter_queue) return answer(action.label, Status::move_source_not_dead_letter);
    if (move.destination) {
        const auto* destination = find(*move.destination);
        if (destination == nullptr) return answer(action.label, Status::move_destination_does_not_exist);
        if (destination == source || destination->settings.fifo != source->settings.fifo)
            return answer(action.label, Status::move_destination_invalid);
    }
    for (const auto& [label, other] : moves_)
        if (other.running && other.source_incarnation == source->incarnation)
            return answer(action.label, Status::move_already_running);

    MoveTask task{action.label, source->incarnation, source->name, move.destination, move.rate, now_, 0, 0, true};
    task.to_move = source->count_visible(now_);
    moves_[action.label] = task;
    answer(action.label, Status::ok);
}

void Model::cancel_move(const Action& action, const CancelMove& cancel) {
    const auto found = moves_.find(cancel.move);
    if (found == moves_.end()) return answer(action.label, Status::move_task_invalid);
    if (!found->second.running) return answer(action.label, Status::move_task_not_running);
    found->second.running = false;
    answer(action.label, Status::ok);
}

std::optional<std::uint64_t> Model::first_movable(const Queue& source) const {
    if (!source.settings.fifo) {
        const auto order = order_of_receipt(source, nullptr);
        return order.empty() ? std::nullopt : std::optional(order.front());
    }
    const auto groups = groups_in_order(source, now_);
    for (const auto& group : groups)
        if (const auto order = order_of_receipt(source, &group); !order.empty()) return order.front();
    return std::nullopt;
}

std::uint64_t Model::movable(const MoveTask& move) const {
    for (const auto& [name, queue] : queues_) {
        if (queue.incarnation != move.source_incarnation) continue;
        if (!queue.settings.fifo) return order_of_receipt(queue, nullptr).size();
        std::uint64_t count = 0;
        for (const auto& group : groups_in_order(queue, now_)) count += order_of_receipt(queue, &group).size();
        return count;
    }
    return 0;
}

Queue* Model::destination_of(const MoveTask& move, const Message& message) {
    auto* destination = find(move.destination.value_or(message.dead_letter_source));
    const auto* source = find(move.source);
    const bool fits =
        destination != nullptr && destination != source && destination->settings.fifo == source->settings.fifo;
    return fits ? destination : nullptr;
}

bool Model::stuck(const MoveTask& move) {
    auto* source = find_incarnation(move.source_incarnation);
    const auto number = source != nullptr ? first_movable(*source) : std::nullopt;
    return number && destination_of(move, *source->find(*number)) == nullptr;
}

bool Model::advance_move(MoveTask& move, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        auto* source = find_incarnation(move.source_incarnation);
        const auto number = source != nullptr ? first_movable(*source) : std::nullopt;
        if (!number) return false;
        auto message = *source->find(*number);
        auto* destination = destination_of(move, message);
        if (destination == nullptr) return false;

        // A moved message is a new one, with a new id, age and count (SQS developer guide, "dead-letter queue
        // redrive").
        erase(*source, message.number);
        message.number = next_number_++;
        message.sent_at = message.available_at = message.first_available_at = now_;
        message.held = false;
        message.receive_count = 0;
        message.dead_letter_source.clear();
        append(*destination, message);
        ++move.moved;
    }
    settle();
    return true;
}

}  // namespace tern::model
