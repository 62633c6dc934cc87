#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tern/group.hpp"
#include "tern/stream.hpp"

namespace tern::cli {

/// Where a group stands in a partition, and where it shall stand.
struct OffsetReset {
    std::uint32_t partition = 0;
    /// Absent: nothing was committed.
    std::optional<std::uint64_t> before;
    std::uint64_t after = 0;
    /// What was asked for lies outside of what the partition holds; `after` is the nearest that does not.
    bool bounded = false;
};

/// To the offsets that were looked up.
std::vector<OffsetReset> resets_to(const std::vector<FoundOffset>& targets,
                                   const std::vector<CommittedOffset>& committed);

/// By so many records, back when negative, from where the group stands; from the partition's start where it has
/// committed nothing. `ranges`: the partitions as they are.
std::vector<OffsetReset> resets_by(std::int64_t shift, const std::vector<FoundOffset>& ranges,
                                   const std::vector<CommittedOffset>& committed);

}  // namespace tern::cli
