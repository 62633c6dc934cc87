#include "tests/model_streams/batches.hpp"

#include <fmt/format.h>

namespace tern::stream_model {

Bytes bytes_of(std::uint64_t label, std::size_t entry, const Batch& batch, const protocol::ProducerStamp& stamp) {
    protocol::BatchBuilder builder;
    builder.begin();
    for (std::size_t i = 0; i < batch.timestamps.size(); ++i) {
        auto value = fmt::format("{}.{}.{}", label, entry, i);
        value.resize(std::max(value.size(), batch.value_bytes), '.');
        builder.add(batch.timestamps[i], "key", value);
    }
    return Bytes(builder.finish(batch.compression, stamp));
}

engine::NewBatch new_batch(const Batch& batch, BytesView bytes) {
    engine::NewBatch made;
    made.partition = batch.partition;
    made.bytes = bytes;
    made.expected_offset = batch.expected_offset;
    made.fault = batch.fault;
    const auto checked = protocol::check_batch(bytes);
    made.header = checked.header;
    made.record_bytes_max = checked.record_bytes_max;
    return made;
}

}  // namespace tern::stream_model
