#pragma once

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"

/// Commands that make, change and remove queues. Each checks everything first and writes afterwards.
namespace tern::engine {

/// Creating is idempotent: the same settings again succeed, others are refused, naming the first attribute that differs
/// (docs/aws.md sqs-2).
Answer create_queue(Batch& batch, const CreateQueue& command);
Answer set_queue(Batch& batch, const SetQueue& command);
Answer tag_queue(Batch& batch, const TagQueue& command);
Answer untag_queue(Batch& batch, const UntagQueue& command);
/// Visible, delayed and in flight alike, and the deduplication windows (docs/aws.md sqs-11).
Answer purge_queue(Batch& batch, const PurgeQueue& command);
/// The queue's reference is dead afterwards; `removed` tells its number.
Answer delete_queue(Batch& batch, const DeleteQueue& command, std::optional<std::uint32_t>& removed);

inline Answer refuse(Errc errc, std::string detail = {}) {
    return {errc, std::move(detail), Nothing{}};
}
inline Answer done() {
    return {Errc::ok, {}, Nothing{}};
}

}  // namespace tern::engine
