#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/engine/stream_queries.hpp"

namespace tern::simulation {

/// How far partitions are durable, kept as the runtime keeps it (docs/decisions/0007 "Reading"): before each commit it
/// is noted where the partitions that it appends to ended; a commit that returns has made the one before it durable, a
/// flush all.
class DurableEnds {
public:
    void before_commit(const std::vector<engine::AppendedPartition>& appended) { at_work_ = appended; }
    void after_commit() { last_ = std::exchange(at_work_, {}); }
    void after_flush() { last_.clear(); }
    /// The process is gone: what a new one finds on disk is durable once it has flushed, which it does at its start.
    void forget() { *this = {}; }

    /// Valid until the next call of the others.
    engine::DurableEnd durable_end() const {
        return [this](engine::StreamPartition partition) -> std::optional<std::uint64_t> {
            for (const auto& appended : last_)
                if (appended.partition == partition) return appended.end_before;
            return std::nullopt;
        };
    }

private:
    std::vector<engine::AppendedPartition> at_work_;
    std::vector<engine::AppendedPartition> last_;
};

}  // namespace tern::simulation
