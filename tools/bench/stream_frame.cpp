#include "tools/bench/stream_frame.hpp"

#include "protocol/limits.hpp"
#include "tools/bench/envelope.hpp"

namespace tern::bench {

namespace {

/// Where a field of a table lies in the frame; the field must have been written, also where it has its default.
std::size_t field_offset(std::string_view envelope, const void* table, flatbuffers::voffset_t field) {
    return frame_offset(envelope, static_cast<const flatbuffers::Table*>(table)->GetAddressOf(field));
}

/// One stream with these partitions.
auto partition_sets(Builder& builder, const std::string& stream, const std::vector<std::uint32_t>& partitions) {
    const auto name = builder.CreateString(stream);
    const auto numbers = builder.CreateVector(partitions);
    return builder.CreateVector(std::vector{wire::CreatePartitionSet(builder, name, numbers)});
}

}  // namespace

AppendFrame::AppendFrame(const std::string& stream, std::string_view batch) {
    Builder builder;
    builder.ForceDefaults(true);
    const auto bytes = builder.CreateVector(reinterpret_cast<const std::uint8_t*>(batch.data()), batch.size());
    const auto entries = builder.CreateVector(std::vector{wire::CreateAppendEntry(builder, 0, bytes)});
    const auto envelope = finish(builder, wire::CreateAppend(builder, 0, builder.CreateString(stream), entries));

    bytes_ = with_length(envelope);
    id_offset_ = id_offset_in(envelope);
    const auto* entry = wire::GetRequest(envelope.data())->body_as_Append()->entries()->Get(0);
    partition_offset_ = field_offset(envelope, entry, wire::AppendEntry::VT_PARTITION);
}

FetchFrame::FetchFrame(const std::string& stream, const FetchShape& shape) {
    Builder builder;
    builder.ForceDefaults(true);
    std::vector<flatbuffers::Offset<wire::FetchEntry>> entries;
    const auto name = builder.CreateString(stream);
    for (const auto partition : shape.partitions)
        entries.push_back(wire::CreateFetchEntry(builder, name, partition, 0, shape.partition_bytes_max));
    const auto envelope = finish(
        builder, wire::CreateFetch(builder, 0, builder.CreateVector(entries), shape.bytes_max, 0, 1, shape.wait_ms));

    bytes_ = with_length(envelope);
    id_offset_ = id_offset_in(envelope);
    for (const auto* entry : *wire::GetRequest(envelope.data())->body_as_Fetch()->entries())
        entry_offsets_.push_back(field_offset(envelope, entry, wire::FetchEntry::VT_OFFSET));
}

RequestFrame create_stream_frame(const std::string& stream, std::uint32_t partitions) {
    Builder builder;
    wire::StreamSettingsBuilder settings(builder);
    settings.add_partitions(static_cast<std::int32_t>(partitions));
    settings.add_record_bytes_max(protocol::record_bytes_max);
    const auto finished_settings = settings.Finish();
    const auto name = builder.CreateString(stream);
    return RequestFrame(finish(builder, wire::CreateCreateStream(builder, 0, name, finished_settings)));
}

RequestFrame delete_stream_frame(const std::string& stream) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateDeleteStream(builder, 0, builder.CreateString(stream))));
}

RequestFrame describe_stream_frame(const std::string& stream) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateDescribeStream(builder, 0, builder.CreateString(stream))));
}

RequestFrame join_group_frame(const std::string& group, const std::string& stream) {
    Builder builder;
    const auto name = builder.CreateString(group), client = builder.CreateString("tern-bench");
    const auto streams = builder.CreateVectorOfStrings({stream});
    wire::JoinGroupBuilder join(builder);
    join.add_group(name);
    join.add_streams(streams);
    join.add_session_timeout_ms(protocol::session_timeout_ms_max);
    join.add_client(client);
    return RequestFrame(finish(builder, join.Finish()));
}

RequestFrame heartbeat_frame(const std::string& group, const std::string& member, std::uint32_t generation,
                             const std::string& stream, const std::vector<std::uint32_t>& owned) {
    Builder builder;
    const auto name = builder.CreateString(group), id = builder.CreateString(member);
    const auto sets = partition_sets(builder, stream, owned);
    return RequestFrame(finish(builder, wire::CreateHeartbeat(builder, 0, name, id, generation, sets)));
}

RequestFrame commit_offset_frame(const std::string& group, const std::string& member, std::uint32_t generation,
                                 const std::string& stream, std::uint64_t offset) {
    Builder builder;
    const auto name = builder.CreateString(group), id = builder.CreateString(member);
    const auto entry = wire::CreateCommitEntry(builder, builder.CreateString(stream), 0, offset);
    const auto entries = builder.CreateVector(std::vector{entry});
    return RequestFrame(finish(builder, wire::CreateCommitOffsets(builder, 0, name, id, generation, entries)));
}

RequestFrame leave_group_frame(const std::string& group, const std::string& member) {
    Builder builder;
    const auto name = builder.CreateString(group), id = builder.CreateString(member);
    return RequestFrame(finish(builder, wire::CreateLeaveGroup(builder, 0, name, id)));
}

RequestFrame delete_group_frame(const std::string& group) {
    Builder builder;
    return RequestFrame(finish(builder, wire::CreateDeleteGroup(builder, 0, builder.CreateString(group))));
}

}  // namespace tern::bench
