#include "tools/bench/fetch_lane.hpp"

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
    : frame_(stream, shape),
      starts_(std::move(starts)),
      offsets_(starts_) {}

std::string_view FetchLane::next_request(std::uint64_t id, bool stopping) {
    if (stopping) return {};
    expected_id_ = id;
    frame_.set_id(id);
    for (std::size_t entry = 0; entry < offsets_.size(); ++entry) frame_.set_offset(entry, offsets_[entry]);
    return frame_.bytes();
}

Done FetchLane::take(const wire::Reply& reply) {
    if (reply.id() != expected_id_) throw BenchError("The broker answered a request that was not made.");
    const auto& answer = body_of<wire::FetchResults>(reply, "fetch");
    check_entries(answer.results(), offsets_.size(), "fetch");
    Done done;
    bool something = false;
    for (unsigned entry = 0; entry < offsets_.size(); ++entry) {
        const auto& result = *answer.results()->Get(entry);
        something = something || result.end_offset() > static_cast<std::int64_t>(offsets_[entry]);
        if (const auto* batches = result.batches()) {
            const auto* bytes = reinterpret_cast<const char*>(batches->data());
            const auto read = scan_batches({bytes, batches->size()}, offsets_[entry]);
            done.messages += read.messages;
            done.bytes += read.bytes;
        }
        go_on(entry, result);
    }
    empty_answers_ = done.messages > 0 || !something ? 0 : empty_answers_ + 1;
    if (empty_answers_ > empty_answers_max)
        throw BenchError("The broker hands out nothing although there is something.");
    return done;
}

void FetchLane::go_on(std::size_t entry, const wire::FetchResult& result) {
    const auto end = static_cast<std::uint64_t>(result.end_offset());
    if (result.end_offset() < 0 || offsets_[entry] > end)
        throw BenchError("The broker handed out more than it says there is.");
    if (offsets_[entry] == end) offsets_[entry] = starts_[entry];
}

}  // namespace tern::bench
