#include "broker/engine/stream_row.hpp"

#include "broker/engine/fields.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {

Bytes encode(const StreamRow& row) {
    FieldWriter to;
    to(row.stream.namespace_name)(row.stream.name)(row.created_at.ms())(row.modified_at.ms());
    const auto& settings = row.settings;
    to(settings.partitions)(settings.retention.count())(settings.retention_bytes)(settings.record_bytes_max);
    to(settings.timestamp_type);
    return to.take();
}

std::optional<StreamRow> decode_stream_row(BytesView bytes) {
    FieldReader from(bytes);
    StreamRow row;
    std::int64_t created_at = 0;
    std::int64_t modified_at = 0;
    from(row.stream.namespace_name)(row.stream.name)(created_at)(modified_at);
    row.created_at = Timestamp(created_at);
    row.modified_at = Timestamp(modified_at);
    auto& settings = row.settings;
    auto retention_ms = settings.retention.count();
    from(settings.partitions)(retention_ms)(settings.retention_bytes)(settings.record_bytes_max);
    settings.retention = Milliseconds(retention_ms);
    from(settings.timestamp_type);
    const bool sound = from.sound() && !row.stream.name.empty() && settings.partitions >= 1 &&
                       settings.partitions <= protocol::partitions_max;
    if (!sound) return std::nullopt;
    return row;
}

}  // namespace tern::engine
