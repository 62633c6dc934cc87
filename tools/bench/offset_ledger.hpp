#pragma once

#include <cstdint>
#include <vector>

namespace tern::bench {

/// Where the partitions of a stream begin and end.
struct PartitionRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
};

/// Follows the offsets that a broker gives to batches of one length, to see that each gets a place of its own and that
/// no offset is left out.
/// Errors: its functions throw BenchError.
class OffsetLedger {
public:
    /// `ranges` are the partitions' as they are now; from now on nobody else appends.
    OffsetLedger(const std::vector<PartitionRange>& ranges, std::uint64_t batch_records);

    /// A batch was acknowledged. Errors: when it lies where no batch can lie.
    void take(std::uint32_t partition, std::int64_t base_offset);
    /// Nothing is under way any more. Errors: when the partitions do not end behind just what was acknowledged.
    void check_ends(const std::vector<PartitionRange>& ranges) const;

    std::uint64_t records() const;

private:
    struct Partition {
        std::uint64_t begin = 0;
        std::uint64_t batches = 0;
        /// Of the places of all batches, counted from `begin` in batches: as they are 0, 1, 2 ... in some order, their
        /// sum tells whether one came twice.
        std::uint64_t sum_of_places = 0;
    };

    std::uint64_t batch_records_;
    std::vector<Partition> partitions_;
};

}  // namespace tern::bench
