#include <algorithm>
#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/steps.hpp"
#include "tern/detail/operations.hpp"

/// Operations on messages.
namespace tern::detail {

namespace {

flatbuffers::Offset<wire::NewMessage> encode(Builder& builder, const NewMessage& message) {
    const auto body = binary(builder, message.body);
    std::vector<flatbuffers::Offset<wire::MessageAttribute>> offsets;
    for (const auto& attribute : message.attributes) {
        const auto name = text(builder, attribute.name);
        const auto type = text(builder, attribute.type);
        const auto value = binary(builder, attribute.value);
        offsets.push_back(wire::CreateMessageAttribute(builder, name, type, value));
    }
    const auto attributes = offsets.empty() ? 0 : builder.CreateVector(offsets);
    const auto group_id = text(builder, message.group_id);
    // An empty deduplication id is not the same as none.
    const auto deduplication_id = message.deduplication_id ? builder.CreateString(*message.deduplication_id) : Text();
    const auto trace_header = text(builder, message.trace_header);
    return wire::CreateNewMessage(builder, body, attributes, duration(message.delay), group_id, deduplication_id,
                                  trace_header);
}

}  // namespace

flatbuffers::Offset<wire::Send> encode_send(Builder& builder, const QueueName& queue, const NewMessage* messages,
                                            std::size_t count) {
    std::vector<flatbuffers::Offset<wire::NewMessage>> offsets;
    offsets.reserve(count);
    for (std::size_t i = 0; i < count; ++i) offsets.push_back(encode(builder, messages[i]));
    const auto vector = builder.CreateVector(offsets);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    return wire::CreateSend(builder, namespace_name, name, vector);
}

flatbuffers::Offset<wire::Delete> encode_delete(Builder& builder, const QueueName& queue,
                                                const std::vector<std::string>& receipt_handles) {
    const auto handles = builder.CreateVectorOfStrings(receipt_handles);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    return wire::CreateDelete(builder, namespace_name, name, handles);
}

bool deduplicated(const NewMessage& message) {
    return message.deduplication_id.has_value();
}

std::vector<SendResult> send_results_of(const wire::SendResults& from) {
    std::vector<SendResult> results;
    if (!from.results()) return results;
    for (const auto* entry : *from.results()) {
        const auto status = static_cast<Status>(entry->status());
        results.push_back({status, detail_of(status, entry->message()), id_of(entry->id()), entry->sequence()});
    }
    return results;
}

Outcome<std::vector<EntryResult>> read_entry_results(std::string_view reply) {
    const auto body = body_of<wire::EntryResults>(reply);
    if (!body.has_value()) return body.error();
    std::vector<EntryResult> results;
    if (!(*body)->results()) return results;
    for (const auto* entry : *(*body)->results()) {
        const auto status = static_cast<Status>(entry->status());
        results.push_back({status, detail_of(status, entry->message())});
    }
    return results;
}

namespace {

std::string send_frame(Id id, const QueueName& queue, const NewMessage* messages, std::size_t count) {
    Builder builder(512);
    return frame_of(builder, id, encode_send(builder, queue, messages, count));
}

Outcome<std::vector<SendResult>> read_send_results(std::string_view reply) {
    const auto body = body_of<wire::SendResults>(reply);
    if (!body.has_value()) return body.error();
    return send_results_of(**body);
}

Outcome<Sent> read_sent(std::string_view reply) {
    const auto results = read_send_results(reply);
    if (!results.has_value()) return results.error();
    if (results->size() != 1) return not_understood();
    const auto& result = results->front();
    if (!result.ok()) return Error(result.status, result.detail);
    return Sent{result.id, result.sequence};
}

Outcome<void> read_entry_result(std::string_view reply) {
    const auto results = read_entry_results(reply);
    if (!results.has_value()) return results.error();
    if (results->size() != 1) return not_understood();
    if (!results->front().ok()) return Error(results->front().status, results->front().detail);
    return {};
}

ReceivedMessage decode(const wire::ReceivedMessage& from) {
    ReceivedMessage message;
    message.id = id_of(from.id());
    message.receipt_handle = text_of(from.receipt_handle());
    message.body = text_of(from.body());
    if (from.attributes()) {
        for (const auto* attribute : *from.attributes()) {
            message.attributes.push_back(
                {text_of(attribute->name()), text_of(attribute->type()), text_of(attribute->value())});
        }
    }
    message.sent_at = time_of(from.sent_at());
    message.first_received_at = time_of(from.first_received_at());
    message.receive_count = from.receive_count();
    message.sequence = from.sequence();
    message.group_id = text_of(from.group_id());
    message.deduplication_id = text_of(from.deduplication_id());
    message.trace_header = text_of(from.trace_header());
    message.sender_id = text_of(from.sender_id());
    message.dead_letter_source = text_of(from.dead_letter_source());
    message.available_at = time_of(from.available_at());
    return message;
}

Outcome<std::vector<ReceivedMessage>> read_messages(std::string_view reply) {
    const auto body = body_of<wire::Messages>(reply);
    if (!body.has_value()) return body.error();
    std::vector<ReceivedMessage> messages;
    if (!(*body)->messages()) return messages;
    for (const auto* message : *(*body)->messages()) messages.push_back(decode(*message));
    return messages;
}

std::string delete_frame(Id id, const QueueName& queue, const std::vector<std::string>& receipt_handles) {
    Builder builder(512);
    return frame_of(builder, id, encode_delete(builder, queue, receipt_handles));
}

std::string encode_change(Id id, const QueueName& queue, const std::vector<VisibilityChange>& changes) {
    Builder builder(512);
    std::vector<flatbuffers::Offset<wire::VisibilityChange>> offsets;
    for (const auto& change : changes) {
        const auto handle = text(builder, change.receipt_handle);
        offsets.push_back(wire::CreateVisibilityChange(builder, handle, change.visibility_timeout.count()));
    }
    const auto vector = builder.CreateVector(offsets);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    return frame_of(builder, id, wire::CreateChangeVisibility(builder, namespace_name, name, vector));
}

}  // namespace

Operation<Sent> send(Id id, const QueueName& queue, const NewMessage& message) {
    return {id, send_frame(id, queue, &message, 1), read_sent, deduplicated(message)};
}

Operation<std::vector<SendResult>> send_batch(Id id, const QueueName& queue, const std::vector<NewMessage>& messages) {
    const bool idempotent = std::all_of(messages.begin(), messages.end(), deduplicated);
    return {id, send_frame(id, queue, messages.data(), messages.size()), read_send_results, idempotent};
}

Operation<std::vector<ReceivedMessage>> receive(Id id, const QueueName& queue, const ReceiveOptions& options) {
    Builder builder(256);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto attempt_id = text(builder, options.attempt_id);
    const auto body = wire::CreateReceive(builder, namespace_name, name, options.messages_max,
                                          duration(options.visibility_timeout), duration(options.wait), attempt_id);
    // The queue's own wait is not known here; it is at most this.
    const auto wait = options.wait.value_or(std::chrono::milliseconds(protocol::wait_ms_max));
    // What a lost connection took with it, the broker gives to the next receive.
    return {id, frame_of(builder, id, body), read_messages, true, wait};
}

Operation<void> delete_message(Id id, const QueueName& queue, const std::string& receipt_handle) {
    return {id, delete_frame(id, queue, {receipt_handle}), read_entry_result, true};
}

Operation<std::vector<EntryResult>> delete_batch(Id id, const QueueName& queue,
                                                 const std::vector<std::string>& receipt_handles) {
    return {id, delete_frame(id, queue, receipt_handles), read_entry_results, true};
}

Operation<void> change_visibility(Id id, const QueueName& queue, const VisibilityChange& change) {
    return {id, encode_change(id, queue, {change}), read_entry_result, true};
}

Operation<std::vector<EntryResult>> change_visibility_batch(Id id, const QueueName& queue,
                                                            const std::vector<VisibilityChange>& changes) {
    return {id, encode_change(id, queue, changes), read_entry_results, true};
}

Operation<std::vector<ReceivedMessage>> peek(Id id, const QueueName& queue, const PeekOptions& options) {
    Builder builder(256);
    const auto namespace_name = text(builder, queue.namespace_name);
    const auto name = text(builder, queue.name);
    const auto body = wire::CreatePeek(builder, namespace_name, name, options.messages_max, options.visible,
                                       options.in_flight, options.delayed);
    return {id, frame_of(builder, id, body), read_messages, true};
}

}  // namespace tern::detail
