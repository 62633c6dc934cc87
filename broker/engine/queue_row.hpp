#pragma once

#include <optional>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands.hpp"

namespace tern::engine {

/// A queue as its owner made it: the row of table `queues`.
struct QueueRow {
    QueueName queue;
    QueueSettings settings;
    std::vector<QueueTag> tags;
    Timestamp created_at;
    Timestamp modified_at;
    /// What the queue goes by: the scope that it was made with, whatever its settings say since (docs/aws.md sqs-38).
    DeduplicationScope deduplicates_in = DeduplicationScope::queue;
};

Bytes encode(const QueueRow& row);
/// Nothing when the bytes are not such a row.
std::optional<QueueRow> decode_queue_row(BytesView bytes);

}  // namespace tern::engine
