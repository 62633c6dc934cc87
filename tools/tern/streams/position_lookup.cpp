#include "tools/tern/streams/position_lookup.hpp"

#include <algorithm>

namespace tern::cli {

namespace {

PositionKind kind_of(const Position& position) {
    switch (position.kind) {
        case Position::Kind::time: return PositionKind::time;
        case Position::Kind::latest: return PositionKind::latest;
        case Position::Kind::earliest:
        case Position::Kind::offset: break;
    }
    return PositionKind::earliest;
}

}  // namespace

std::vector<FoundOffset> find_position(BlockingClient& client, const StreamName& stream,
                                       const std::vector<std::uint32_t>& partitions, const Position& position) {
    auto found = client.find_offsets(stream, partitions, {kind_of(position), position.time});
    if (position.kind != Position::Kind::offset) return found;
    for (auto& each : found) each.offset = position.offset;
    return found;
}

std::uint64_t within(const FoundOffset& range, std::uint64_t offset) {
    return std::clamp(offset, range.start_offset, std::max(range.start_offset, range.end_offset));
}

}  // namespace tern::cli
