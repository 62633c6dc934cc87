#pragma once

#include <cstdint>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/queue.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

class Queues;

/// What a command works with: the transaction, the moment, and the budget for work that is not its own.
struct Batch {
    store::WriteTransaction& transaction;
    Timestamp now;
    RandomSource& random;
    const EngineLimits& limits;
    EngineCounters& counters;
    Queues& queues;
    std::uint64_t number = 0;
    /// How many more expiries, redrives and the like this batch may do.
    std::uint32_t due_work_left = 0;
    /// Queues in which something may have become receivable.
    std::vector<Queue*> fed;
    /// Where records are put together; kept for its memory.
    Bytes scratch;

    /// Takes one unit of due work; false when the batch has done its share.
    bool take_due_work() {
        if (due_work_left == 0) return false;
        --due_work_left;
        return true;
    }

    void feed(Queue& queue) {
        if (queue.fed) return;
        queue.fed = true;
        fed.push_back(&queue);
    }
};

}  // namespace tern::engine
