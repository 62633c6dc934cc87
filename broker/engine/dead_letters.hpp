#pragma once

#include "broker/base/result.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/queue.hpp"

/// Which queues name which as their dead-letter queue.
namespace tern::engine::dead_letters {

/// Checks that a queue with these settings may use the dead-letter queue that its redrive policy names: it exists, is
/// another queue of the same type, and allows this source (docs/aws.md sqs-39, sqs-40).
/// Errors: redrive_policy_invalid, redrive_not_allowed.
Errc check(Batch& batch, const QueueName& source, const QueueSettings& settings);

/// Keeps the list of sources after a queue's settings have changed; empty names where there was or is no policy.
void note_change(Batch& batch, const Queue& source, const std::string& before, const std::string& after);

/// True when some queue names this one as its dead-letter queue.
bool has_sources(const store::ReadTransaction& transaction, const QueueName& queue);

}  // namespace tern::engine::dead_letters
