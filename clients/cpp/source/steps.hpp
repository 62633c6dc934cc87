#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/source/encode.hpp"
#include "tern/error.hpp"
#include "tern/group.hpp"
#include "tern/message.hpp"
#include "tern/stream.hpp"

/// Requests that may also be steps of a transaction: how they are written, and how their results are read.
namespace tern::detail {

flatbuffers::Offset<wire::Send> encode_send(Builder& builder, const QueueName& queue, const NewMessage* messages,
                                            std::size_t count);
flatbuffers::Offset<wire::Delete> encode_delete(Builder& builder, const QueueName& queue,
                                                const std::vector<std::string>& receipt_handles);
flatbuffers::Offset<wire::Append> encode_append(Builder& builder, const StreamName& stream,
                                                const std::vector<BatchToAppend>& batches);
flatbuffers::Offset<wire::CommitOffsets> encode_commit(Builder& builder, const GroupName& group,
                                                       const CommitIdentity& identity,
                                                       const std::vector<OffsetToCommit>& offsets);

/// With its deduplication id a message can be sent twice and is stored once. (On a standard queue it is refused twice.)
bool deduplicated(const NewMessage& message);
/// With its producer's stamp a batch can be appended twice and is stored once.
bool has_producer(const BatchToAppend& batch);

std::vector<SendResult> send_results_of(const wire::SendResults& from);
std::vector<AppendResult> append_results_of(const wire::AppendResults& from);
Outcome<std::vector<EntryResult>> read_entry_results(std::string_view reply);

}  // namespace tern::detail
