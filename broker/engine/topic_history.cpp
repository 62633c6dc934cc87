#include "broker/engine/topic_history.hpp"

#include <algorithm>
#include <optional>

#include "broker/base/check.hpp"
#include "broker/engine/append.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_removal.hpp"
#include "broker/engine/stream_retention.hpp"
#include "broker/engine/streams.hpp"

namespace tern::engine::topic_history {
namespace {

/// The log is cut when it holds this share of history_publications too many: cutting costs rows of its own.
constexpr std::uint64_t cut_share = 16;
constexpr std::uint64_t cut_step_min = 64;

StreamSettings stream_settings_of(const TopicSettings& settings) {
    StreamSettings stream;
    stream.retention = settings.history_age;
    stream.retention_bytes = settings.history_bytes;
    return stream;
}

Result<Partition*> partition_of(Batch& batch, const Topic& topic) {
    auto* stream = batch.streams.find(batch.transaction, topic.row.stream);
    if (stream == nullptr) return Errc::storage_damaged;
    return batch.streams.partition(batch.transaction, *stream, 0);
}

void cut_by_number(Batch& batch, const TopicSettings& settings, Partition& partition) {
    const auto start = start_offset(settings, partition.row);
    const auto step = std::max(cut_step_min, settings.history_publications / cut_share);
    if (start - partition.row.start_offset >= step) stream_retention::truncate(batch, partition, start);
}

}  // namespace

std::uint32_t add(Batch& batch, const TopicName& topic, const TopicSettings& settings) {
    return batch.streams
        .add(batch.transaction,
             {hidden_names::history_stream(topic), stream_settings_of(settings), batch.now, batch.now})
        .id;
}

void change_settings(Batch& batch, const Topic& topic) {
    auto* stream = batch.streams.find(batch.transaction, topic.row.stream);
    if (stream == nullptr) return;
    const auto wanted = stream_settings_of(topic.settings());
    if (stream->row.settings != wanted) {
        stream->row.settings = wanted;
        stream->row.modified_at = batch.now;
        batch.streams.save_row(batch.transaction, *stream);
        stream_retention::reconsider(batch, *stream);
    }
    const auto partition = partition_of(batch, topic);
    if (partition.has_value()) cut_by_number(batch, topic.settings(), **partition);
}

void remove(Batch& batch, const Topic& topic) {
    auto* stream = batch.streams.find(batch.transaction, topic.row.stream);
    if (stream == nullptr) return;
    stream_removal::abandon(batch, stream->id);
    batch.streams.remove(batch.transaction, *stream);
}

std::optional<std::uint64_t> end_offset(Batch& batch, const Topic& topic) {
    const auto partition = partition_of(batch, topic);
    if (!partition.has_value()) return std::nullopt;
    return (*partition)->row.end_offset;
}

std::uint64_t start_offset(const TopicSettings& settings, const PartitionRow& row) {
    const auto kept = settings.history_publications;
    const bool too_many = kept > 0 && row.end_offset - row.start_offset > kept;
    return too_many ? row.end_offset - kept : row.start_offset;
}

Writer::Writer(Batch& batch, const Topic& topic, protocol::BatchBuilder& builder)
    : batch_(batch),
      topic_(topic),
      builder_(builder),
      stream_(*batch.streams.find(batch.transaction, topic.row.stream)),
      partition_(*partition_of(batch, topic).value()) {}

std::uint64_t Writer::add(const Publication& publication, const MessageId& id) {
    const HistoryRecord record(publication, id);
    if (begun_ && builder_.bytes() + publication.data.size() > block_bytes_target) flush();
    if (!begun_) builder_.begin();
    begun_ = true;
    const auto offset = partition_.row.end_offset + builder_.records();
    builder_.add(batch_.now.ms(), publication.subject, publication.data, record.headers());
    return offset;
}

void Writer::flush() {
    const auto bytes = builder_.finish(protocol::Compression::none, {});
    const auto header = protocol::read_batch_header(bytes);
    TERN_CHECK(header);
    append_batch(batch_, stream_, partition_, bytes, *header);
    begun_ = false;
}

void Writer::write() {
    if (!begun_) return;
    flush();
    cut_by_number(batch_, topic_.settings(), partition_);
}

}  // namespace tern::engine::topic_history
