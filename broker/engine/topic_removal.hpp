#pragma once

#include "broker/base/bytes.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/topic.hpp"

/// A deletion takes a topic out of the catalog in constant time, and its history with it; the rows under its number are
/// erased here, a bounded number a batch: subscriptions with the queues of durable ones, and retained values.
namespace tern::engine::topic_removal {

/// Leaves what belongs to a topic to be erased.
void abandon(Batch& batch, const Topic& topic);
/// Erases some of it, by the subject of the agenda's row; arranges to go on when there is more.
void go_on(Batch& batch, BytesView subject);

}  // namespace tern::engine::topic_removal
