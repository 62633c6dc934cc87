#include "tools/bench/fetch_lane.hpp"

#include <algorithm>

#include "tools/bench/answer.hpp"
#include "tools/bench/batch_scan.hpp"
#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

/// Answers without a batch, in a row, of a stream that has batches.
constexpr std::size_t empty_answers_max = 100;

}  // namespace

FetchLane::FetchLane(const std::string& stream, const FetchShape& shape, std::vector<std::uint64_t> starts)
    : starts_(std::move(starts)),
      offsets_(starts_) {
    auto rotated = shape;
    for (std::size_t first = 0; first < offsets_.size(); ++first) {
        frames_.emplace_back(stream, rotated);
        std::ranges::rotate(rotated.partitions, rotated.partitions.begin() + 1);
    }
}

std::string_view FetchLane::next_request(std::uint64_t id, bool stopping) {
    if (stopping) return {};
    expected_id_ = id;
    first_ = partition_of(1);
    auto& frame = frames_[first_];
    frame.set_id(id);
    for (std::size_t entry = 0; entry < offsets_.size(); ++entry)
        frame.set_offset(entry, offsets_[partition_of(entry)]);
    return frame.bytes();
}

Done FetchLane::take(const wire::Reply& reply) {
    if (reply.id() != expected_id_) throw BenchError("The broker answered a request that was not made.");
    const auto& answer = body_of<wire::FetchResults>(reply, "fetch");
    check_entries(answer.results(), offsets_.size(), "fetch");
    Done done;
    bool something = false;
    for (unsigned entry = 0; entry < offsets_.size(); ++entry) {
        const auto& result = *answer.results()->Get(entry);
        const auto partition = partition_of(entry);
        something = something || result.end_offset() > static_cast<std::int64_t>(offsets_[partition]);
        if (const auto* batches = result.batches()) {
            const auto* bytes = reinterpret_cast<const char*>(batches->data());
            const auto read = scan_batches({bytes, batches->size()}, offsets_[partition]);
            done.messages += read.messages;
            done.bytes += read.bytes;
        }
        go_on(partition, result);
    }
    empty_answers_ = done.messages > 0 || !something ? 0 : empty_answers_ + 1;
    if (empty_answers_ > empty_answers_max)
        throw BenchError("The broker hands out nothing although there is something.");
    return done;
}

void FetchLane::go_on(std::size_t partition, const wire::FetchResult& result) {
    const auto end = static_cast<std::uint64_t>(result.end_offset());
    if (result.end_offset() < 0 || offsets_[partition] > end)
        throw BenchError("The broker handed out more than it says there is.");
    if (offsets_[partition] == end) offsets_[partition] = starts_[partition];
}

}  // namespace tern::bench
