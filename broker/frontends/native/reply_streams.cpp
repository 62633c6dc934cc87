#include <string>

#include "broker/frontends/native/reply_parts.hpp"

namespace tern::native {

namespace {

flatbuffers::Offset<wire::StreamSettings> settings_of(Builder& builder, const engine::StreamSettings& settings) {
    wire::StreamSettingsBuilder to(builder);
    to.add_partitions(static_cast<std::int32_t>(settings.partitions));
    to.add_retention_ms(settings.retention.count());
    to.add_retention_bytes(static_cast<std::int64_t>(settings.retention_bytes));
    to.add_record_bytes_max(static_cast<std::int64_t>(settings.record_bytes_max));
    to.add_timestamp_type(static_cast<wire::TimestampType>(settings.timestamp_type));
    return to.Finish();
}

std::string detail_of(const engine::AppendResult& result) {
    if (result.status == Errc::expected_offset_differs) {
        return "the partition ends at " + std::to_string(result.end_offset);
    }
    return std::string(result.detail);
}

flatbuffers::Offset<wire::AppendResult> appended(Builder& builder, const engine::AppendResult& result) {
    const auto message = sentence(builder, result.status, detail_of(result));
    const bool ok = result.status == Errc::ok;
    const bool tells_end = ok || result.status == Errc::expected_offset_differs;
    wire::AppendResultBuilder to(builder);
    to.add_status(static_cast<std::uint16_t>(result.status));
    to.add_message(message);
    if (ok) to.add_base_offset(static_cast<std::int64_t>(result.base_offset));
    if (ok) to.add_appended_at(result.appended_at.ms());
    to.add_duplicate(result.duplicate);
    if (tells_end) to.add_end_offset(static_cast<std::int64_t>(result.end_offset));
    return to.Finish();
}

}  // namespace

flatbuffers::Offset<wire::AppendResults> results_of(Builder& builder, const engine::AppendResults& answer) {
    Offsets<wire::AppendResult> results;
    results.reserve(answer.results.size());
    for (const auto& result : answer.results) results.push_back(appended(builder, result));
    return wire::CreateAppendResults(builder, builder.CreateVector(results));
}

Body body_of(Builder& builder, const engine::AppendResults& answer) {
    return {wire::ReplyBody::AppendResults, results_of(builder, answer).Union()};
}

Body body_of(Builder& builder, const engine::StreamDescription& stream) {
    const auto name = text_always(builder, stream.stream.name);
    const auto settings = settings_of(builder, stream.settings);
    Offsets<wire::PartitionDescription> partitions;
    partitions.reserve(stream.partitions.size());
    for (const auto& partition : stream.partitions) {
        partitions.push_back(wire::CreatePartitionDescription(
            builder, partition.partition, partition.start_offset, partition.end_offset, partition.bytes,
            ms_or_none(partition.oldest_at), ms_or_none(partition.newest_at)));
    }
    const auto partitions_vector = builder.CreateVector(partitions);
    const auto groups = builder.CreateVectorOfStrings(stream.groups);
    wire::StreamDescriptionBuilder to(builder);
    to.add_name(name);
    to.add_settings(settings);
    to.add_partitions(partitions_vector);
    to.add_created_at(stream.created_at.ms());
    to.add_modified_at(stream.modified_at.ms());
    to.add_groups(groups);
    return {wire::ReplyBody::StreamDescription, to.Finish().Union()};
}

Body body_of(Builder& builder, const engine::StreamPage& page) {
    Offsets<wire::StreamSummary> streams;
    streams.reserve(page.streams.size());
    for (const auto& stream : page.streams) {
        const auto name = text_always(builder, stream.name);
        streams.push_back(wire::CreateStreamSummary(builder, name, stream.partitions, stream.records, stream.bytes,
                                                    ms_or_none(stream.newest_at)));
    }
    const auto vector = builder.CreateVector(streams);
    const auto token = text_always(builder, page.next_token);
    return {wire::ReplyBody::StreamList, wire::CreateStreamList(builder, vector, token).Union()};
}

Body body_of(Builder& builder, const std::vector<engine::FoundOffset>& found) {
    Offsets<wire::FoundOffset> offsets;
    offsets.reserve(found.size());
    for (const auto& offset : found) {
        offsets.push_back(wire::CreateFoundOffset(builder, offset.partition, offset.offset,
                                                  offset.timestamp_ms.value_or(-1), offset.start_offset,
                                                  offset.end_offset));
    }
    return {wire::ReplyBody::FoundOffsets, wire::CreateFoundOffsets(builder, builder.CreateVector(offsets)).Union()};
}

}  // namespace tern::native
