#pragma once

#include <compare>
#include <cstdint>

namespace tern::engine {

/// A partition of a stream, by the stream's number, which is never used twice.
struct StreamPartition {
    std::uint32_t stream = 0;
    std::uint32_t partition = 0;

    bool operator==(const StreamPartition&) const = default;
    auto operator<=>(const StreamPartition&) const = default;
};

}  // namespace tern::engine
