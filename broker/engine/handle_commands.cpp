#include "broker/engine/handle_commands.hpp"

#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// Errors: batch_empty, batch_too_long, queue_does_not_exist; storage_damaged.
Result<Queue*> find_queue(Batch& batch, const QueueName& name, std::size_t entries) {
    if (entries == 0) return Errc::batch_empty;
    if (entries > protocol::batch_entries_max) return Errc::batch_too_long;
    return batch.queues.find(batch.transaction, name);
}

/// Runs `one(queue, entry)` for each entry of a request. Errors: as find_queue.
template <class Entries, class One>
Answer for_each_entry(Batch& batch, const QueueName& name, const Entries& entries, One one) {
    const auto queue = find_queue(batch, name, entries.size());
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

Errc check_held(Batch& batch, const DeleteMessages& command, std::size_t& entry) {
    entry = command.receipt_handles.size();
    const auto queue = find_queue(batch, command.queue, entry);
    if (!queue.has_value()) return queue.error();
    for (std::size_t at = 0; at < command.receipt_handles.size(); ++at) {
        const auto handle = decode_receipt_handle(command.receipt_handles[at]);
        const auto errc = handle ? kind::check_held(batch, **queue, *handle) : Errc::receipt_handle_invalid;
        if (errc == Errc::ok) continue;
        entry = at;
        return errc;
    }
    return Errc::ok;
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
