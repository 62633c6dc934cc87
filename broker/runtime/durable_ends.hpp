#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/engine/stream_queries.hpp"

namespace tern::runtime {

/// How far partitions are durable while there are commits that a power cut could still undo. The commit thread tells
/// what it does; readers on other threads ask.
///
/// A commit can be seen by snapshots a moment before it is durable: while it is flushed, or, of stores that flush
/// later, until the next flush, which is that of the next commit or one of its own. So at most two commits are not
/// durable: the one at work and the one before it.
///
/// **The rule for readers: begin the snapshot first, then call durable_end.** Why no record is read that can be undone:
/// let S be the snapshot, T the table that was taken after it began, and C a commit that S sees and that is not durable
/// when T is taken.
///
/// * C's ends were published before C was committed (before_commit), that is, before S began, that is, before T was
///   taken; the mutex puts these in one order for all threads. They are dropped only once C is durable. So T holds
///   them.
/// * T names for each partition the end before the *oldest* such commit that appended to it. What S sees below that end
///   was written by commits that are durable; a reader that stops there sees nothing of C.
///
/// T may also hold commits that S does not see. Their partitions' ends lie at or beyond what S sees, which holds nobody
/// back. When S sees commits that have become durable before T was taken, T does not hold them: they may be read.
///
/// Why no wake-up is lost stands in waiting_fetches.hpp.
class DurableEnds {
public:
    /// The commit that follows appends this. Commit thread only, as the next two.
    void before_commit(const std::vector<engine::AppendedPartition>& appended);
    /// It has returned: everything committed before it is durable.
    void after_commit();
    /// All commits are durable, one that has just returned, too.
    void after_flush();

    /// For one snapshot, which began before. From any thread.
    engine::DurableEnd durable_end() const;

private:
    /// In the order of partitions.
    using Table = std::vector<std::pair<engine::StreamPartition, std::uint64_t>>;

    void publish();

    std::vector<engine::AppendedPartition> at_work_;
    std::vector<engine::AppendedPartition> before_;

    mutable std::mutex mutex_;
    /// None when everything is durable.
    std::shared_ptr<const Table> table_;
};

}  // namespace tern::runtime
