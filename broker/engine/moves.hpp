#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "broker/base/result.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/queries.hpp"

/// Message move tasks: a dead-letter queue's messages go back to where they came from, or to a queue of choice, at a
/// bounded rate, step by step (docs/aws.md sqs-41, sqs-42).
namespace tern::engine::moves {

/// A task as it is stored.
struct Task {
    std::uint32_t source_id = 0;
    std::uint32_t number = 0;
    /// Makes the task's handle unguessable.
    std::uint64_t secret = 0;
    std::string destination;
    MoveStatus status = MoveStatus::running;
    Timestamp started_at;
    std::uint32_t messages_per_second_max = 0;
    std::uint64_t moved = 0;
    std::uint64_t to_move = 0;
    std::string failure;
};

/// Errors: move_source_does_not_exist, move_source_not_dead_letter, move_already_running,
/// move_destination_does_not_exist, move_destination_invalid, move_rate_invalid.
Result<std::string> start(Batch& batch, const StartMove& wanted);

/// Answers how many messages were moved. Errors: move_task_invalid, move_task_not_running.
Result<std::uint64_t> cancel(Batch& batch, const std::string& handle);

/// Moves as many messages as the task's rate and the batch's budget allow, and arranges the next step.
void step(Batch& batch, std::uint32_t source_id, std::uint32_t number);

/// The source queue is gone.
void forget(Batch& batch, std::uint32_t source_id);

/// A task's handle: opaque to clients.
std::string handle_of(const Task& task);
std::optional<Task> decode_task(BytesView row);

}  // namespace tern::engine::moves
