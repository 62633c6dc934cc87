#include "broker/engine/counting.hpp"

#include <algorithm>

#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"

namespace tern::engine {
namespace {

constexpr Milliseconds interval = std::chrono::seconds(1);

bool has_entries_to_come(const Queue& queue) {
    return queue.counters.in_flight + queue.counters.delayed > 0;
}

}  // namespace

void Counting::advance(Batch& batch) {
    for (const auto id : wake_ups_.take_due(batch.now)) {
        auto* queue = batch.queues.find(batch.transaction, id);
        if (queue == nullptr) continue;
        if (!kind::freshen(batch, *queue)) {
            wake_ups_.set(id, batch.now);
        } else if (has_entries_to_come(*queue)) {
            const auto next = kind::next_moment(batch.transaction, *queue, batch.now);
            if (next) wake_ups_.set(id, std::max(*next, batch.now + interval));
        }
    }
}

void Counting::end_batch(const Batch& batch, const std::vector<Queue*>& touched) {
    for (const auto* queue : touched)
        if (has_entries_to_come(*queue) && !wake_ups_.of(queue->id)) wake_ups_.set(queue->id, batch.now + interval);
}

}  // namespace tern::engine
