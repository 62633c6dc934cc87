#include <algorithm>
#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/steps.hpp"
#include "tern/detail/operations.hpp"

/// Operations on streams as a whole.
namespace tern::detail {

namespace {

flatbuffers::Offset<wire::StreamSettings> encode(Builder& builder, const StreamSettings& settings) {
    wire::StreamSettingsBuilder to(builder);
    to.add_partitions(settings.partitions.value_or(-1));
    to.add_retention_ms(duration(settings.retention));
    to.add_retention_bytes(settings.retention_bytes.value_or(-1));
    to.add_record_bytes_max(settings.record_bytes_max.value_or(-1));
    if (settings.timestamp_type) to.add_timestamp_type(static_cast<wire::TimestampType>(*settings.timestamp_type));
    return to.Finish();
}

template <class Body>
using CreateWithSettings = flatbuffers::Offset<Body> (*)(Builder&, Text namespace_name, Text name,
                                                         flatbuffers::Offset<wire::StreamSettings> settings);

template <class Body>
std::string encode_settings(Id id, const StreamName& stream, const StreamSettings& settings,
                            CreateWithSettings<Body> create) {
    Builder builder(256);
    const auto namespace_name = text(builder, stream.namespace_name);
    const auto name = text(builder, stream.name);
    return frame_of(builder, id, create(builder, namespace_name, name, encode(builder, settings)));
}

StreamSettings decode(const wire::StreamSettings& from) {
    StreamSettings settings;
    if (from.partitions() != -1) settings.partitions = from.partitions();
    settings.retention = duration_if_any(from.retention_ms());
    if (from.retention_bytes() != -1) settings.retention_bytes = from.retention_bytes();
    if (from.record_bytes_max() != -1) settings.record_bytes_max = from.record_bytes_max();
    if (const auto type = from.timestamp_type(); type.has_value()) {
        settings.timestamp_type = static_cast<TimestampType>(*type);
    }
    return settings;
}

Outcome<CreatedStream> read_created_stream(std::string_view reply) {
    const auto body = body_of<wire::StreamCreated>(reply);
    if (!body.has_value()) return body.error();
    return CreatedStream{(*body)->created()};
}

Outcome<StreamPage> read_stream_page(std::string_view reply) {
    const auto body = body_of<wire::StreamList>(reply);
    if (!body.has_value()) return body.error();
    StreamPage page;
    page.next_page_token = text_of((*body)->page_token());
    if (!(*body)->streams()) return page;
    for (const auto* stream : *(*body)->streams()) {
        page.streams.push_back({text_of(stream->name()), stream->partitions(), stream->records(), stream->bytes(),
                                time_if_any(stream->newest_at())});
    }
    return page;
}

Outcome<StreamDescription> read_stream(std::string_view reply) {
    const auto body = body_of<wire::StreamDescription>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    StreamDescription stream;
    stream.name = text_of(from.name());
    if (from.settings()) stream.settings = decode(*from.settings());
    if (from.partitions()) {
        for (const auto* partition : *from.partitions()) {
            stream.partitions.push_back({partition->partition(), partition->start_offset(), partition->end_offset(),
                                         partition->bytes(), time_if_any(partition->oldest_at()),
                                         time_if_any(partition->newest_at())});
        }
    }
    stream.created_at = time_of(from.created_at());
    stream.modified_at = time_of(from.modified_at());
    stream.groups = texts_of(from.groups());
    return stream;
}

Outcome<std::vector<FoundOffset>> read_found(std::string_view reply) {
    const auto body = body_of<wire::FoundOffsets>(reply);
    if (!body.has_value()) return body.error();
    std::vector<FoundOffset> offsets;
    if (!(*body)->offsets()) return offsets;
    for (const auto* found : *(*body)->offsets()) {
        offsets.push_back({found->partition(), found->offset(), time_if_any(found->timestamp()), found->start_offset(),
                           found->end_offset()});
    }
    return offsets;
}

Outcome<AllocatedProducer> read_allocated(std::string_view reply) {
    const auto body = body_of<wire::ProducerAllocated>(reply);
    if (!body.has_value()) return body.error();
    return AllocatedProducer{(*body)->id(), (*body)->epoch()};
}

}  // namespace

Operation<CreatedStream> create_stream(Id id, const StreamName& stream, const StreamSettings& settings) {
    return {id, encode_settings<wire::CreateStream>(id, stream, settings, wire::CreateCreateStream),
            read_created_stream, true};
}

Operation<void> set_stream(Id id, const StreamName& stream, const StreamSettings& settings) {
    return {id, encode_settings<wire::SetStream>(id, stream, settings, wire::CreateSetStream), read_done, true};
}

Operation<void> delete_stream(Id id, const StreamName& stream) {
    return {id, encode_named<wire::DeleteStream>(id, stream, wire::CreateDeleteStream), read_done, true};
}

Operation<StreamPage> list_streams(Id id, const ListOptions& options) {
    return {id, encode_list<wire::ListStreams>(id, options, wire::CreateListStreams), read_stream_page, true};
}

Operation<StreamDescription> describe_stream(Id id, const StreamName& stream) {
    return {id, encode_named<wire::DescribeStream>(id, stream, wire::CreateDescribeStream), read_stream, true};
}

Operation<void> truncate_stream(Id id, const StreamName& stream, std::uint32_t partition, std::uint64_t before) {
    Builder builder(256);
    const auto namespace_name = text(builder, stream.namespace_name);
    const auto name = text(builder, stream.name);
    const auto body = wire::CreateTruncateStream(builder, namespace_name, name, partition, before);
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<std::vector<FoundOffset>> find_offsets(Id id, const StreamName& stream,
                                                 const std::vector<std::uint32_t>& partitions,
                                                 const StreamPosition& position) {
    Builder builder(256);
    const auto namespace_name = text(builder, stream.namespace_name);
    const auto name = text(builder, stream.name);
    const auto numbers = partitions.empty() ? 0 : builder.CreateVector(partitions);
    const auto kind = static_cast<wire::Position>(position.kind);
    const auto body =
        wire::CreateFindOffsets(builder, namespace_name, name, numbers, kind, position.time.time_since_epoch().count());
    return {id, frame_of(builder, id, body), read_found, true};
}

Operation<AllocatedProducer> allocate_producer(Id id) {
    Builder builder(64);
    // Twice allocated is one id unused.
    return {id, frame_of(builder, id, wire::CreateAllocateProducer(builder)), read_allocated, true};
}

}  // namespace tern::detail
