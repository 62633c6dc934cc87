#pragma once

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"

/// Commands that make, change and remove streams. Each checks everything first and writes afterwards.
namespace tern::engine {

/// Creating is idempotent: the same settings again succeed, others are refused, naming the first that differs.
/// Errors: namespace_invalid, stream_name_invalid, those of change (stream_settings.hpp), stream_exists,
/// too_many_streams.
Answer create_stream(Batch& batch, const CreateStream& command);
/// Errors: stream_does_not_exist, those of change.
Answer set_stream(Batch& batch, const SetStream& command);
/// Takes the stream away at once, and its rows in steps. Errors: stream_does_not_exist.
Answer delete_stream(Batch& batch, const DeleteStream& command);
/// Removes the records below an offset; below the partition's start it changes nothing. Errors: stream_does_not_exist,
/// partition_does_not_exist, offset_out_of_range (the detail names the range), storage_damaged.
Answer truncate_stream(Batch& batch, const TruncateStream& command);
/// A producer id that was never given out, with epoch 0.
Answer allocate_producer(Batch& batch);

}  // namespace tern::engine
