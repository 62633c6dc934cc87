#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_streams.hpp"
#include "broker/engine/stream_partition.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/stream_news.hpp"

namespace tern::runtime {

/// The fetches that wait on one I/O thread until there is more to read; used on that thread, but for watched().
///
/// Why no wake-up is lost. Whoever fetches and is ready to wait calls begin_read first, then reads, then parks what
/// found too little. When records have become durable the commit thread first says so (DurableEnds), then asks
/// watched(). Both begin_read and watched() change the same atomic number, so one of them comes first:
///
/// * begin_read: the commit thread sees that somebody watches, and sends the news. They are handled on the reader's own
///   thread, that is, after it has parked.
/// * watched(): all that the commit thread did before it has happened before the reader's snapshot begins. The snapshot
///   sees the records, DurableEnds no longer holds them back, and the read finds them.
class WaitingFetches {
public:
    /// Never used twice.
    using Id = std::uint64_t;

    struct Wait {
        std::uint64_t session = 0;
        std::vector<engine::StreamPartition> partitions;
        std::vector<engine::StreamName> streams;
        Timestamp deadline;
    };
    /// A fetch to be looked at again; `over` when its time has passed.
    struct Due {
        std::uint64_t session = 0;
        Id id = 0;
        bool over = false;
    };

    /// `waiting` counts those of all threads, and `waiting_max` bounds them, give or take one a thread.
    /// `on_earlier_deadline` is called when the next deadline has become an earlier one.
    WaitingFetches(Counter& waiting, std::uint64_t waiting_max, std::function<void()> on_earlier_deadline);

    void begin_read() { watchers_.fetch_add(1, std::memory_order_acq_rel); }
    /// It was read, and nothing needs to wait.
    void end_read() { watchers_.fetch_sub(1, std::memory_order_acq_rel); }
    /// It was read, and too little found. Errors: overloaded; then nothing waits.
    Result<Id> park(Wait&& wait);
    void remove(Id id);

    /// Those that the news are about. They stay until they are removed.
    std::vector<Due> touched_by(const StreamNews& news) const;
    /// Those whose time is over, told once. They stay until they are removed.
    std::vector<Due> overdue(Timestamp now);
    std::optional<Timestamp> next_deadline() const;

    /// Whether anybody wants to know what grew. From any thread.
    bool watched() { return watchers_.fetch_add(0, std::memory_order_acq_rel) > 0; }
    std::size_t size() const { return waits_.size(); }

private:
    Counter& waiting_;
    const std::uint64_t waiting_max_;
    const std::function<void()> on_earlier_deadline_;
    std::atomic<std::uint64_t> watchers_ = 0;
    Id last_id_ = 0;
    std::unordered_map<Id, Wait> waits_;
    std::set<std::pair<engine::StreamPartition, Id>> by_partition_;
    std::set<std::pair<Timestamp, Id>> by_deadline_;
};

}  // namespace tern::runtime
