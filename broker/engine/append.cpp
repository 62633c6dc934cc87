#include "broker/engine/append.hpp"

#include "broker/engine/queue_commands.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_log.hpp"
#include "broker/engine/stream_producers.hpp"
#include "broker/engine/stream_retention.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// What a batch may remove of the pages of streams for each page that it appends: retention keeps up with any load.
constexpr std::uint32_t removals_per_page = 2;

struct Verdict {
    Errc status = Errc::ok;
    /// Null when there is none.
    Partition* partition = nullptr;
    bool duplicate = false;
    std::uint64_t base_offset = 0;
};

Result<Stream*> find_stream(Batch& batch, const Append& command) {
    if (command.batches.empty()) return Errc::batch_empty;
    if (command.batches.size() > protocol::batch_entries_max) return Errc::batch_too_long;
    return batch.streams.find(batch.transaction, command.stream);
}

Verdict check(Batch& batch, Stream& stream, const NewBatch& entry) {
    const auto found = batch.streams.partition(batch.transaction, stream, entry.partition);
    if (!found.has_value()) return {found.error()};
    auto* partition = *found;
    if (entry.fault != Errc::ok) return {entry.fault, partition};
    if (entry.record_bytes_max > stream.settings().record_bytes_max) return {Errc::record_too_large, partition};
    // Before the offset that is expected: a repetition expects what was true the first time.
    const auto producer = producers::check(batch, *partition, entry.header);
    if (producer.status != Errc::ok) return {producer.status, partition};
    if (producer.duplicate) return {Errc::ok, partition, true, producer.base_offset};
    if (entry.expected_offset.value_or(partition->row.end_offset) != partition->row.end_offset)
        return {Errc::expected_offset_differs, partition};
    return {Errc::ok, partition, false, partition->row.end_offset};
}

void execute(Batch& batch, const Stream& stream, Partition& partition, const NewBatch& entry) {
    const auto base_offset = partition.row.end_offset;
    append_batch(batch, stream, partition, entry.bytes, entry.header);
    producers::remember(batch, partition, entry.header, base_offset);
    batch.counters.records_appended += static_cast<std::uint64_t>(entry.header.records);
    batch.counters.record_bytes_appended += entry.bytes.size();
}

AppendResult append_entry(Batch& batch, Stream& stream, const NewBatch& entry) {
    const auto verdict = check(batch, stream, entry);
    AppendResult result;
    result.status = verdict.status;
    if (entry.fault != Errc::ok && verdict.status == entry.fault) result.detail = entry.fault_detail;
    if (verdict.status == Errc::ok) {
        result.base_offset = verdict.base_offset;
        result.appended_at = batch.now;
        result.duplicate = verdict.duplicate;
        if (verdict.duplicate) {
            ++batch.counters.batches_duplicate;
        } else {
            execute(batch, stream, *verdict.partition, entry);
        }
    }
    if (verdict.partition != nullptr) result.end_offset = verdict.partition->row.end_offset;
    return result;
}

}  // namespace

void append_batch(Batch& batch, const Stream& stream, Partition& partition, BytesView bytes,
                  const protocol::BatchHeader& header) {
    stream_log::append(batch, stream, partition, bytes, header);
    stream_retention::watch(batch, stream, partition);
    batch.due_work_left += removals_per_page * pages_of_block(bytes.size());
}

Answer append(Batch& batch, const Append& command) {
    const auto stream = find_stream(batch, command);
    if (!stream.has_value()) return refuse(stream.error());
    AppendResults answer;
    answer.results.reserve(command.batches.size());
    for (const auto& entry : command.batches) answer.results.push_back(append_entry(batch, **stream, entry));
    return {Errc::ok, {}, std::move(answer)};
}

Errc check_append(Batch& batch, const Append& command, std::size_t& entry) {
    entry = command.batches.size();
    const auto stream = find_stream(batch, command);
    if (!stream.has_value()) return stream.error();
    for (std::size_t at = 0; at < command.batches.size(); ++at) {
        const auto status = check(batch, **stream, command.batches[at]).status;
        if (status == Errc::ok) continue;
        entry = at;
        return status;
    }
    return Errc::ok;
}

}  // namespace tern::engine
