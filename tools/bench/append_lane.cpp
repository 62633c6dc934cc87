#include "tools/bench/append_lane.hpp"

#include <fmt/format.h>

#include "tools/bench/answer.hpp"
#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

std::string_view AppendLane::next_request(std::uint64_t id, bool stopping) {
    if (stopping || book_.left == 0) return {};
    --book_.left;
    expected_id_ = id;
    book_.frame.set_id(id);
    book_.frame.set_partition(partition_);
    return book_.frame.bytes();
}

Done AppendLane::take(const wire::Reply& reply) {
    if (reply.id() != expected_id_) throw BenchError("The broker answered a request that was not made.");
    const auto& result = appended_in(reply);
    if (result.base_offset() < offset_min_)
        throw BenchError(fmt::format("A batch got the offset {} after an earlier one that ends at {}.",
                                     result.base_offset(), offset_min_));
    book_.ledger.take(partition_, result.base_offset());
    offset_min_ = result.base_offset() + static_cast<std::int64_t>(book_.batch_records);
    return {.messages = book_.batch_records, .bytes = book_.batch_bytes};
}

}  // namespace tern::bench
