#pragma once

#include <optional>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/wake_ups.hpp"

namespace tern::engine {

/// Keeps the counters of queues true that nobody touches while their messages become visible again: looks at each at
/// most once a second, when something is due.
class Counting {
public:
    void advance(Batch& batch);
    void end_batch(const Batch& batch, const std::vector<Queue*>& touched);
    void forget(std::uint32_t queue) { wake_ups_.set(queue, std::nullopt); }
    std::optional<Timestamp> next_deadline() const { return wake_ups_.first(); }

private:
    WakeUps wake_ups_;
};

}  // namespace tern::engine
