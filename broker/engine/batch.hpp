#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/endpoint_id.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/queue.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

class Queues;
class Groups;
class Streams;
class Topics;

/// What a command works with: the transaction, the moment, and the budget for work that is not its own.
struct Batch {
    store::WriteTransaction& transaction;
    Timestamp now;
    RandomSource& random;
    const EngineLimits& limits;
    EngineCounters& counters;
    Queues& queues;
    Streams& streams;
    Groups& groups;
    Topics& topics;
    std::uint64_t number = 0;
    /// How many more expiries, redrives and the like this batch may do.
    std::uint32_t due_work_left = 0;
    /// Queues in which something may have become receivable.
    std::vector<Queue*> fed;
    /// Streams that were created, grown or deleted: what consumer groups must know.
    std::vector<StreamName> changed_streams;
    /// Endpoints that were subscribed: whoever delivers to them must know.
    std::vector<EndpointId> new_endpoints;
    /// Something about consumer groups was written.
    bool groups_changed = false;
    /// Something about topics was written, counters of subscriptions and history aside.
    bool topics_changed = false;
    /// Queues that were taken away: whoever waits for them must be told.
    std::vector<std::uint32_t> removed_queues;
    /// In order.
    std::vector<Published> published;
    std::vector<std::uint32_t> deleted_topics;
    /// Where records are put together; kept for its memory.
    Bytes scratch;

    /// Takes one unit of due work; false when the batch has done its share.
    bool take_due_work() {
        if (due_work_left == 0) return false;
        --due_work_left;
        return true;
    }

    /// Takes as many units as there are, up to that number: for work that is begun and cannot be divided.
    void take_due_work(std::uint32_t units) { due_work_left -= std::min(units, due_work_left); }

    void feed(Queue& queue) {
        if (queue.fed) return;
        queue.fed = true;
        fed.push_back(&queue);
    }
};

}  // namespace tern::engine
