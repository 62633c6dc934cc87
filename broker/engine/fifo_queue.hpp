#pragma once

#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/queue_kind.hpp"

/// Queues that keep the order of each message group (docs/aws.md sqs-33 to sqs-38). See queue_kind.hpp for what each
/// function promises.
namespace tern::engine::fifo {

void add(Batch& batch, Queue& queue, std::uint64_t sequence, const MessageRecord& record,
         const EarlierReceives& earlier);
ReceiveEnd receive(Batch& batch, Queue& queue, const ReceiveOrder& order, std::vector<ReceivedMessage>& to);
Errc remove(Batch& batch, Queue& queue, const ReceiptHandle& handle);
Errc check_held(const Batch& batch, const Queue& queue, const ReceiptHandle& handle);
Errc change_visibility(Batch& batch, Queue& queue, const ReceiptHandle& handle, Milliseconds visibility_timeout);
void give_back(Batch& batch, Queue& queue, const ReceiptHandle& handle);
bool expire(Batch& batch, Queue& queue, std::uint64_t sequence);
std::optional<kind::TakenMessage> take_first(Batch& batch, Queue& queue, const kind::Accept& accept);
bool freshen(Batch& batch, Queue& queue);

}  // namespace tern::engine::fifo
