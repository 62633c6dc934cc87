#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/offset_ledger.hpp"
#include "tools/bench/stream_workload.hpp"
#include "tools/bench/target.hpp"

namespace tern::bench {

/// A stream made for a measurement. On a broker that runs on, it is deleted at the end.
/// Errors: every function throws BenchError.
class BenchStream {
public:
    /// `label` tells this measurement's stream from others'.
    BenchStream(Target& target, const std::string& label, std::uint32_t partitions);
    ~BenchStream();
    BenchStream(const BenchStream&) = delete;
    BenchStream& operator=(const BenchStream&) = delete;

    const std::string& name() const { return name_; }
    std::vector<PartitionRange> ranges();
    /// Appends at least so many records, evenly, in the workload's batches.
    void fill(const StreamWorkload& workload, std::uint64_t records);

private:
    Target& target_;
    std::string name_;
};

/// Where the partitions of a stream begin and end now.
std::vector<PartitionRange> partition_ranges(Control& control, const std::string& stream);

}  // namespace tern::bench
