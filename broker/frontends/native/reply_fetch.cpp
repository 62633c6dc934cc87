#include <string>

#include "broker/frontends/native/frame_writer.hpp"
#include "broker/frontends/native/reply_parts.hpp"
#include "protocol/framing.hpp"
#include "protocol/limits.hpp"

/// The answer to a fetch can hold a batch of 17 MiB. FlatBuffers are built from their end, in one piece of memory; so
/// records would be copied into it, and from there to where they are sent from. But a vector may stand anywhere behind
/// the table that refers to it. So the tables are built without the records, and then each table's reference is made to
/// point behind them, where the records follow as they are:
///
///     length of the frame | tables | length, records, padding | length, records, padding | …
namespace tern::native {

namespace {

constexpr std::size_t alignment = sizeof(flatbuffers::uoffset_t);

std::size_t padding_after(std::size_t bytes) {
    return (alignment - bytes % alignment) % alignment;
}

std::string detail_of(const engine::FetchedPartition& partition) {
    if (partition.status != Errc::offset_out_of_range) return {};
    return "the partition holds " + std::to_string(partition.start_offset) + " to " +
           std::to_string(partition.end_offset);
}

flatbuffers::Offset<wire::FetchResult> result_of(Builder& builder, const engine::FetchedPartition& partition,
                                                 flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> placeholder) {
    const auto message = sentence(builder, partition.status, detail_of(partition));
    wire::FetchResultBuilder to(builder);
    to.add_status(static_cast<std::uint16_t>(partition.status));
    to.add_message(message);
    if (partition.status == Errc::ok || partition.status == Errc::offset_out_of_range) {
        to.add_start_offset(static_cast<std::int64_t>(partition.start_offset));
        to.add_end_offset(static_cast<std::int64_t>(partition.end_offset));
    }
    if (!partition.batches.empty()) to.add_batches(placeholder);
    return to.Finish();
}

/// Makes the results' references point to where their records will stand, from `at` on; says where the last ends.
std::size_t refer_to_records(Builder& builder, const engine::Fetched& fetched, std::size_t at) {
    auto* const begin = builder.GetBufferPointer();
    const auto* reply = flatbuffers::GetRoot<wire::Reply>(begin);
    const auto& results = *reply->body_as_FetchResults()->results();
    for (std::size_t i = 0; i < fetched.partitions.size(); ++i) {
        const auto& batches = fetched.partitions[i].batches;
        if (batches.empty()) continue;
        // The buffer is ours to change; the accessors know only readers.
        auto* result = const_cast<wire::FetchResult*>(results.Get(static_cast<flatbuffers::uoffset_t>(i)));
        auto* field = reinterpret_cast<flatbuffers::Table*>(result)->GetAddressOf(wire::FetchResult::VT_BATCHES);
        const auto distance = at - static_cast<std::size_t>(field - begin);
        flatbuffers::WriteScalar(field, static_cast<flatbuffers::uoffset_t>(distance));
        at += sizeof(flatbuffers::uoffset_t) + batches.size() + padding_after(batches.size());
    }
    return at;
}

}  // namespace

Errc FrameWriter::write(std::uint64_t request, const Fetch&, engine::Fetched&& fetched, Outbox& outbox) {
    builder_.Clear();
    const auto placeholder = binary(builder_, {});
    Offsets<wire::FetchResult> results;
    results.reserve(fetched.partitions.size());
    for (const auto& partition : fetched.partitions) results.push_back(result_of(builder_, partition, placeholder));
    const auto body = wire::CreateFetchResults(builder_, builder_.CreateVector(results)).Union();
    wire::ReplyBuilder reply(builder_);
    reply.add_id(request);
    reply.add_body(body);
    reply.add_body_type(wire::ReplyBody::FetchResults);
    builder_.Finish(reply.Finish(), wire::RequestIdentifier());

    const std::size_t tables = builder_.GetSize();
    const auto size = refer_to_records(builder_, fetched, tables + padding_after(tables));
    if (size > protocol::frame_bytes_max) return Errc::answer_too_large;
    outbox.begin_message();
    char header[protocol::frame_header_bytes];
    protocol::store_frame_length(header, static_cast<std::uint32_t>(size));
    outbox.end().append(header, sizeof header);
    outbox.end().append(reinterpret_cast<const char*>(builder_.GetBufferPointer()), tables);
    outbox.end().append(padding_after(tables), '\0');
    for (auto& partition : fetched.partitions) {
        if (partition.batches.empty()) continue;
        char length[sizeof(flatbuffers::uoffset_t)];
        flatbuffers::WriteScalar(length, static_cast<flatbuffers::uoffset_t>(partition.batches.size()));
        outbox.end().append(length, sizeof length);
        const auto padding = padding_after(partition.batches.size());
        outbox.append(std::move(partition.batches));
        outbox.end().append(padding, '\0');
    }
    return Errc::ok;
}

}  // namespace tern::native
