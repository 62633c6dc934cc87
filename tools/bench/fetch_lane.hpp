#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/append_lane.hpp"
#include "tools/bench/requester.hpp"
#include "tools/bench/stream_frame.hpp"

namespace tern::bench {

/// Reads its partitions from their beginning to their end, around and around. Each fetch asks for all of them, and
/// begins with another one: an answer may have room for the first ones only.
class FetchLane final : public Requester {
public:
    /// `starts` are the first offsets of the shape's partitions.
    FetchLane(const std::string& stream, const FetchShape& shape, std::vector<std::uint64_t> starts);

    std::string_view next_request(std::uint64_t id, bool stopping) override;
    std::size_t kind() const override { return static_cast<std::size_t>(StreamRequest::fetch); }
    /// Errors: throws BenchError also for damaged batches, for gaps, and when nothing comes although there is
    /// something.
    Done take(const protocol::wire::Reply& reply) override;

private:
    void go_on(std::size_t partition, const protocol::wire::FetchResult& result);

    /// The partition that an entry of the request under way asks for.
    std::size_t partition_of(std::size_t entry) const { return (first_ + entry) % offsets_.size(); }

    /// By the partition that comes first.
    std::vector<FetchFrame> frames_;
    std::size_t first_ = 0;
    std::vector<std::uint64_t> starts_;
    std::vector<std::uint64_t> offsets_;
    std::uint64_t expected_id_ = 0;
    std::size_t empty_answers_ = 0;
};

}  // namespace tern::bench
