#pragma once

#include <cstdint>
#include <optional>

namespace tern::store {

/// Which part of the data file should be written with zeros before it is used.
///
/// Blocks that were only allocated belong to the file and have never been written. Writing into them changes the file's
/// map of blocks, which the file system must then flush too: one more write, behind the others, with every commit that
/// makes the file longer. Zeros written ahead do that for many commits at once. A commit that makes the file longer by
/// much gains nothing by it, and would write twice as much.
class ZeroedAhead {
public:
    struct Range {
        std::uint64_t from = 0;
        std::uint64_t to = 0;

        bool operator==(const Range&) const = default;
    };

    /// Before a commit. `used_bytes`: the end of what is in use, which may not be touched. `allocated_bytes`: the end
    /// of what may be written. What is returned counts as written.
    std::optional<Range> next(std::uint64_t used_bytes, std::uint64_t allocated_bytes);

    /// A commit that lengthens the file by more writes its blocks for the first time itself.
    static constexpr std::uint64_t growth_bytes_max = 64u << 10;
    static constexpr std::uint64_t ahead_bytes = 256u << 10;

private:
    std::optional<std::uint64_t> used_before_;
    std::uint64_t zeroed_until_ = 0;
};

}  // namespace tern::store
