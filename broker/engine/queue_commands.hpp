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
Answer delete_queue(Batch& batch, const DeleteQueue& command);

/// Takes a queue away; Batch::removed_queues tells. The reference is dead afterwards.
void remove_queue(Batch& batch, Queue& queue);

/// The queue, if it is one that users may change or send to.
/// Errors: queue_does_not_exist, also for that of a durable subscription; storage_damaged.
Result<Queue*> find_users_queue(Batch& batch, const QueueName& name);

inline Answer refuse(Errc errc, std::string detail = {}) {
    return {errc, std::move(detail), Nothing{}};
}
inline Answer done() {
    return {Errc::ok, {}, Nothing{}};
}

}  // namespace tern::engine
