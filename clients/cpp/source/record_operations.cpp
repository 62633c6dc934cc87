#include <algorithm>
#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/steps.hpp"
#include "protocol/record_batch.hpp"
#include "tern/detail/operations.hpp"

/// Operations on the record batches of streams.
namespace tern::detail {

namespace {

std::size_t bytes_of(const std::vector<BatchToAppend>& batches) {
    std::size_t bytes = 0;
    for (const auto& entry : batches) bytes += entry.batch.size() + 64;
    return bytes;
}

Outcome<std::vector<AppendResult>> read_append_results(std::string_view reply) {
    const auto body = body_of<wire::AppendResults>(reply);
    if (!body.has_value()) return body.error();
    return append_results_of(**body);
}

Outcome<std::vector<FetchedPartition>> read_fetched(std::string_view reply) {
    const auto body = body_of<wire::FetchResults>(reply);
    if (!body.has_value()) return body.error();
    std::vector<FetchedPartition> partitions;
    if (!(*body)->results()) return partitions;
    for (const auto* from : *(*body)->results()) {
        const auto status = static_cast<Status>(from->status());
        partitions.push_back({status, offset_if_any(from->start_offset()).value_or(0),
                              offset_if_any(from->end_offset()).value_or(0), text_of(from->batches()),
                              detail_of(status, from->message())});
    }
    return partitions;
}

}  // namespace

flatbuffers::Offset<wire::Append> encode_append(Builder& builder, const StreamName& stream,
                                                const std::vector<BatchToAppend>& batches) {
    std::vector<flatbuffers::Offset<wire::AppendEntry>> offsets;
    for (const auto& entry : batches) {
        const auto bytes = binary(builder, entry.batch);
        const auto expected = entry.expected_offset ? static_cast<std::int64_t>(*entry.expected_offset) : -1;
        offsets.push_back(wire::CreateAppendEntry(builder, entry.partition, bytes, expected));
    }
    const auto vector = builder.CreateVector(offsets);
    const auto namespace_name = text(builder, stream.namespace_name);
    const auto name = text(builder, stream.name);
    return wire::CreateAppend(builder, namespace_name, name, vector);
}

bool has_producer(const BatchToAppend& batch) {
    const auto header = protocol::read_batch_header(batch.batch);
    return header && header->producer.id >= 0;
}

std::vector<AppendResult> append_results_of(const wire::AppendResults& from) {
    std::vector<AppendResult> results;
    if (!from.results()) return results;
    for (const auto* entry : *from.results()) {
        const auto status = static_cast<Status>(entry->status());
        results.push_back({status, offset_if_any(entry->base_offset()).value_or(0), time_of(entry->appended_at()),
                           entry->duplicate(), offset_if_any(entry->end_offset()).value_or(0),
                           detail_of(status, entry->message())});
    }
    return results;
}

Operation<std::vector<AppendResult>> append(Id id, const StreamName& stream,
                                            const std::vector<BatchToAppend>& batches) {
    Builder builder(bytes_of(batches) + 512);
    const bool idempotent = std::all_of(batches.begin(), batches.end(), [](const BatchToAppend& entry) {
        return entry.expected_offset.has_value() || has_producer(entry);
    });
    return {id, frame_of(builder, id, encode_append(builder, stream, batches)), read_append_results, idempotent};
}

Operation<std::vector<FetchedPartition>> fetch(Id id, const std::vector<FetchPosition>& positions,
                                               const FetchOptions& options) {
    Builder builder(256 + 64 * positions.size());
    std::vector<flatbuffers::Offset<wire::FetchEntry>> offsets;
    for (const auto& position : positions) {
        const auto stream = text(builder, position.stream);
        offsets.push_back(
            wire::CreateFetchEntry(builder, stream, position.partition, position.offset, position.bytes_max));
    }
    const auto vector = builder.CreateVector(offsets);
    const auto namespace_name = text(builder, options.namespace_name);
    const auto wait_ms = static_cast<std::uint32_t>(options.wait.count());
    const auto body = wire::CreateFetch(builder, namespace_name, vector, options.bytes_max, options.records_max,
                                        options.bytes_min, wait_ms);
    return {id, frame_of(builder, id, body), read_fetched, true, options.wait};
}

}  // namespace tern::detail
