#pragma once

#include <cstdint>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tools/tern/input/position.hpp"

namespace tern::cli {

/// Where a position is in each of the partitions; none named: in all of them. An offset is given back as it is, even
/// when it is outside of what the partition holds; start and end tell. Errors: Error.
std::vector<FoundOffset> find_position(BlockingClient& client, const StreamName& stream,
                                       const std::vector<std::uint32_t>& partitions, const Position& position);

/// The offset, or the nearest one that the partition has a place for.
std::uint64_t within(const FoundOffset& range, std::uint64_t offset);

}  // namespace tern::cli
