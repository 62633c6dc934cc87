#pragma once

#include <cstdint>

#include "broker/engine/queue_row.hpp"
#include "broker/engine/rows.hpp"

namespace tern::engine {

/// A queue that the engine has in hand: its rows, and what need not be stored.
struct Queue {
    std::uint32_t id = 0;
    QueueRow row;
    QueueCounters counters;
    /// The counters have changed since they were last written.
    bool dirty = false;
    /// Something may have become receivable in the current command: parked receives are looked at after it.
    bool fed = false;
    /// The batch in which the counters were last brought up to date.
    std::uint64_t crossed_in_batch = 0;

    const QueueSettings& settings() const { return row.settings; }
    std::uint32_t storage() const { return counters.storage; }
};

}  // namespace tern::engine
