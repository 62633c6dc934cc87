#pragma once

#include <cstdint>

#include "tools/bench/offset_ledger.hpp"
#include "tools/bench/requester.hpp"
#include "tools/bench/stream_frame.hpp"

namespace tern::bench {

/// The kinds of requests that loads on streams tell apart.
enum class StreamRequest : std::uint8_t { append, fetch };

/// What the append lanes of a workload share. All of them belong to one load, and so to one thread.
struct AppendBook {
    AppendFrame frame;
    std::uint64_t batch_records = 1;
    std::uint64_t batch_bytes = 0;
    OffsetLedger ledger;
    /// Appends that may still be made.
    std::uint64_t left = UINT64_MAX;
};

/// Appends the same batch to one partition, again and again.
class AppendLane final : public Requester {
public:
    /// `book` outlives the lane.
    AppendLane(AppendBook& book, std::uint32_t partition) : book_(book), partition_(partition) {}

    std::string_view next_request(std::uint64_t id, bool stopping) override;
    std::size_t kind() const override { return static_cast<std::size_t>(StreamRequest::append); }
    /// Errors: throws BenchError also when the offset of the batch cannot be right.
    Done take(const protocol::wire::Reply& reply) override;

private:
    AppendBook& book_;
    std::uint32_t partition_;
    std::uint64_t expected_id_ = 0;
    /// Where this lane's next batch can begin at the earliest: behind its last one.
    std::int64_t offset_min_ = 0;
};

}  // namespace tern::bench
