#include "broker/engine/handle_commands.hpp"

#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// Runs `one(queue, entry)` for each entry of a request. Errors: batch_empty, batch_too_long, queue_does_not_exist.
template <class Entries, class One>
Answer for_each_entry(Batch& batch, const QueueName& name, const Entries& entries, One one) {
    if (entries.empty()) return refuse(Errc::batch_empty);
    if (entries.size() > protocol::batch_entries_max) return refuse(Errc::batch_too_long);
    const auto queue = batch.queues.find(batch.transaction, name);
    if (!queue.has_value()) return refuse(queue.error());
    EntryResults answer;
    answer.results.reserve(entries.size());
    for (const auto& entry : entries) answer.results.push_back(one(**queue, entry));
    return {Errc::ok, {}, std::move(answer)};
}

}  // namespace

Answer delete_messages(Batch& batch, const DeleteMessages& command) {
    return for_each_entry(batch, command.queue, command.receipt_handles, [&](Queue& queue, BytesView text) {
        const auto handle = decode_receipt_handle(text);
        return handle ? kind::remove(batch, queue, *handle) : Errc::receipt_handle_invalid;
    });
}

Answer change_visibility(Batch& batch, const ChangeVisibility& command) {
    return for_each_entry(batch, command.queue, command.changes, [&](Queue& queue, const VisibilityChange& change) {
        const auto timeout = change.visibility_timeout;
        if (timeout.count() < 0 || timeout.count() > protocol::visibility_timeout_ms_max)
            return Errc::visibility_timeout_invalid;
        const auto handle = decode_receipt_handle(change.receipt_handle);
        return handle ? kind::change_visibility(batch, queue, *handle, timeout) : Errc::receipt_handle_invalid;
    });
}

void give_back_messages(Batch& batch, const GiveBackMessages& command) {
    for (const auto& text : command.receipt_handles) {
        const auto handle = decode_receipt_handle(text);
        if (!handle) continue;
        if (auto* queue = batch.queues.find(batch.transaction, handle->queue)) kind::give_back(batch, *queue, *handle);
    }
}

}  // namespace tern::engine
