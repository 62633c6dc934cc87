#include "tools/bench/stream_workload.hpp"

namespace tern::bench {

namespace {

/// Of a batch as the client library makes it when records come fast.
constexpr std::size_t usual_batch_bytes = 16u << 10;
/// Any time of these years.
constexpr std::int64_t timestamp_ms = 1'700'000'000'000;

/// Printable, and no two records alike, so that compression finds as little as in a log of short events.
std::string record_value(std::size_t bytes, std::size_t number) {
    std::string value(bytes, ' ');
    std::uint64_t state = number + 1;
    for (std::size_t i = 0; i < bytes; ++i) {
        state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
        // Every second half is the same in all records.
        value[i] = static_cast<char>('a' + (i % 16 < 8 ? i % 26 : (state >> 33) % 26));
    }
    return value;
}

}  // namespace

std::size_t records_in_batch(const StreamWorkload& workload) {
    if (workload.batch_records > 0) return workload.batch_records;
    const std::string value(workload.record_bytes, ' ');
    const auto each = protocol::BatchBuilder::record_bytes(std::nullopt, value, {});
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(timestamp_ms, std::nullopt, value);
    while (builder.bytes() + each <= usual_batch_bytes) builder.add(timestamp_ms, std::nullopt, value);
    return builder.records();
}

BuiltBatch build_batch(const StreamWorkload& workload) {
    BuiltBatch batch{.bytes = {}, .records = records_in_batch(workload)};
    protocol::BatchBuilder builder;
    builder.begin();
    for (std::size_t i = 0; i < batch.records; ++i)
        builder.add(timestamp_ms, std::nullopt, record_value(workload.record_bytes, i));
    batch.bytes = builder.finish(workload.compression, {});
    return batch;
}

}  // namespace tern::bench
