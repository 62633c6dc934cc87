#include "broker/engine/messages.hpp"

#include "broker/engine/row_keys.hpp"

namespace tern::engine {

using store::Table;

StoredMessage read_message(const store::ReadTransaction& transaction, std::uint32_t storage, std::uint64_t sequence) {
    StoredMessage message;
    message.value = transaction.get(Table::queue_messages, keys::message(storage, sequence).view());
    if (message.value.absent()) return message;
    message.state = StoredMessage::State::damaged;
    if (message.value.damaged()) return message;
    if (auto record = decode_message(message.value.bytes())) {
        message.record = *record;
        message.state = StoredMessage::State::present;
    }
    return message;
}

void put_message(Batch& batch, const Queue& queue, std::uint64_t sequence, const MessageRecord& record) {
    encode(record, batch.scratch);
    batch.transaction.put(Table::queue_messages, keys::message(queue.storage(), sequence).view(), batch.scratch);
}

void erase_message(Batch& batch, const Queue& queue, std::uint64_t sequence) {
    batch.transaction.erase(Table::queue_messages, keys::message(queue.storage(), sequence).view());
}

Result<StoredMessage> message_of(const store::ReadTransaction& transaction, const Queue& queue,
                                 const ReceiptHandle& handle) {
    if (handle.queue != queue.id) return Errc::receipt_handle_invalid;
    if (handle.storage != queue.storage()) return StoredMessage{};
    auto message = read_message(transaction, handle.storage, handle.sequence);
    if (message.state == StoredMessage::State::damaged) return Errc::storage_damaged;
    if (message.present() && message.record.secret != handle.secret) return Errc::receipt_handle_invalid;
    return message;
}

}  // namespace tern::engine
