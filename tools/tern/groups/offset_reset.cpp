#include "tools/tern/groups/offset_reset.hpp"

#include <algorithm>

#include "tools/tern/streams/position_lookup.hpp"

namespace tern::cli {

namespace {

std::optional<std::uint64_t> committed_in(const std::vector<CommittedOffset>& committed, std::uint32_t partition) {
    const auto found = std::ranges::find(committed, partition, &CommittedOffset::partition);
    return found == committed.end() ? std::nullopt : found->offset;
}

OffsetReset reset_of(const FoundOffset& range, std::optional<std::uint64_t> before, std::uint64_t wanted) {
    const auto after = within(range, wanted);
    return {range.partition, before, after, after != wanted};
}

/// Without wrapping around: offsets are below 2^63.
std::uint64_t shifted(std::uint64_t offset, std::int64_t shift) {
    const auto distance = shift < 0 ? 0 - static_cast<std::uint64_t>(shift) : static_cast<std::uint64_t>(shift);
    return shift < 0 ? offset - std::min(offset, distance) : offset + distance;
}

}  // namespace

std::vector<OffsetReset> resets_to(const std::vector<FoundOffset>& targets,
                                   const std::vector<CommittedOffset>& committed) {
    std::vector<OffsetReset> resets;
    for (const auto& target : targets) {
        resets.push_back(reset_of(target, committed_in(committed, target.partition), target.offset));
    }
    return resets;
}

std::vector<OffsetReset> resets_by(std::int64_t shift, const std::vector<FoundOffset>& ranges,
                                   const std::vector<CommittedOffset>& committed) {
    std::vector<OffsetReset> resets;
    for (const auto& range : ranges) {
        const auto before = committed_in(committed, range.partition);
        resets.push_back(reset_of(range, before, shifted(before.value_or(range.start_offset), shift)));
    }
    return resets;
}

}  // namespace tern::cli
