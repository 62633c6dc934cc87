#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tern/message.hpp"

namespace tern {

struct MoveOptions {
    /// Absent: back to the queue from which each message came.
    std::optional<std::string> destination = {};
    /// 1 to 500; absent: as fast as it goes.
    std::optional<std::uint32_t> messages_per_second_max = {};
};

enum class MoveStatus : std::uint8_t { running = 0, completed = 1, cancelling = 2, cancelled = 3, failed = 4 };

/// A task that moves messages out of a dead-letter queue.
struct MoveTask {
    /// Empty when the task is over.
    std::string task;
    std::string source;
    std::optional<std::string> destination;
    MoveStatus status = MoveStatus::running;
    TimePoint started_at;
    std::optional<std::uint32_t> messages_per_second_max;
    std::uint64_t moved = 0;
    /// As counted when the task began.
    std::uint64_t to_move = 0;
    std::string failure;
};

/// A move that was started: its name, to cancel it by.
struct MoveStarted {
    std::string task;
};

/// A move that was cancelled, and how many messages it had moved.
struct MoveCancelled {
    std::uint64_t moved = 0;
};

}  // namespace tern
