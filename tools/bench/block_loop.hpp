#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace tern::bench {

struct BlockLoopShape {
    std::uint32_t partitions = 8;
    /// Batches are put as a whole.
    std::size_t batch_bytes = 16u << 10;
    std::size_t batch_records = 148;
};

struct BlockLoopResult {
    double seconds = 0;
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    std::uint64_t commits = 0;
};

/// What LMDB gives to streams without a broker: the rows that the broker writes for appends (docs/architecture.md), put
/// by one plain loop, with one flush a commit (MDB_NOMETASYNC).
/// * stream_log: the batches of a partition in blocks of about 64 KiB with a header of 32 bytes, each cut into rows of
///   4,080 bytes, the first of which begins with a seal of 9 bytes;
/// * a small last block is taken up again, as long as both fit into two rows;
/// * stream_partitions: one row of 68 bytes for each partition that a commit touches.
/// Left out is all that makes a broker: protocol, sockets, threads, checks, offsets in batches, checksums.
/// Errors: every function throws BenchError when LMDB fails.
class BlockLoop {
public:
    BlockLoop(const std::filesystem::path& folder, const BlockLoopShape& shape);
    ~BlockLoop();
    BlockLoop(const BlockLoop&) = delete;
    BlockLoop& operator=(const BlockLoop&) = delete;

    /// Runs for so long with about so many bytes of batches in each commit, spread evenly over the partitions.
    BlockLoopResult run(double seconds, double bytes_per_commit);

    struct Rows {
        std::uint64_t log = 0;
        std::uint64_t partitions = 0;
    };
    Rows rows();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tern::bench
