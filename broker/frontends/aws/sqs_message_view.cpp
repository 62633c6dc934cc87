#include "broker/frontends/aws/sqs_message_view.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/base64.hpp"
#include "broker/base/check.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/frontends/aws/md5.hpp"
#include "broker/frontends/aws/sqs_sequence.hpp"
#include "broker/frontends/aws/sqs_text.hpp"

namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::size_t message_members_max = 7;
constexpr std::size_t system_attributes_max = 9;

json::object system_attributes_of(const NamedQueue& queue, const engine::ReceivedMessage& message,
                                  const engine::MessageRecord& record, const MessageSelection& selection,
                                  const json::storage_ptr& storage) {
    json::object shown(system_attributes_max, storage);
    const auto show = [&](std::string_view name, auto&& text) {
        if (selection.wants_system_attribute(name)) shown[name] = text();
    };
    const auto show_if_any = [&](std::string_view name, std::string_view text) {
        if (!text.empty()) show(name, [&] { return json::string(text_of_contents(text)); });
    };
    const auto number = [](auto value) { return json::string(std::to_string(value)); };
    const auto sender = record.sender_id.empty() ? std::string_view(queue.scope.account) : record.sender_id;
    show_if_any("SenderId", sender);
    show("SentTimestamp", [&] { return number(record.sent_at.ms()); });
    show("ApproximateReceiveCount", [&] { return number(message.receive_count); });
    if (message.receive_count > 0)
        show("ApproximateFirstReceiveTimestamp", [&] { return number(message.first_received_at.ms()); });
    if (is_fifo(queue.queue)) {
        show("SequenceNumber", [&] { return json::string(sequence_text(message.sequence)); });
        show_if_any("MessageDeduplicationId", record.deduplication_id);
    }
    show_if_any("MessageGroupId", record.group_id);
    show_if_any("AWSTraceHeader", record.trace_header);
    if (!message.dead_letter_source.empty()) {
        show("DeadLetterQueueSourceArn",
             [&] { return json::string(arn_of("sqs", queue.scope, message.dead_letter_source)); });
    }
    return shown;
}

void add_attributes(const engine::MessageRecord& record, const MessageSelection& selection, json::object& result) {
    auto attributes = engine::decode_attributes(record.attributes);
    std::erase_if(attributes, [&](const auto& attribute) { return !selection.wants_attribute(attribute.name); });
    if (attributes.empty()) return;
    json::object shown(result.storage());
    for (const auto& [name, type, value] : attributes) {
        json::object one(result.storage());
        if (type.starts_with("Binary")) {
            std::string text;
            append_base64(text, value);
            one["BinaryValue"] = std::move(text);
        } else {
            one["StringValue"] = text_of_contents(value);
        }
        one["DataType"] = text_of_contents(type);
        shown[name] = std::move(one);
    }
    result["MD5OfMessageAttributes"] = md5_of_attributes(std::move(attributes));
    result["MessageAttributes"] = std::move(shown);
}

}  // namespace

bool MessageSelection::wants_system_attribute(std::string_view name) const {
    return std::ranges::any_of(system_attributes, [&](const auto& wish) { return wish == "All" || wish == name; });
}

bool MessageSelection::wants_attribute(std::string_view name) const {
    return std::ranges::any_of(attributes, [&](std::string_view wish) {
        if (wish == "All" || wish == "*" || wish == ".*" || wish == name) return true;
        return wish.ends_with(".*") && name.starts_with(wish.substr(0, wish.size() - 2));
    });
}

json::object view_of_message(const NamedQueue& queue, const engine::ReceivedMessage& message,
                             const MessageSelection& selection, const json::storage_ptr& storage) {
    const auto record = engine::decode_message(message.record);
    TERN_CHECK(record);
    const auto body = text_of_contents(record->body);
    json::object result(message_members_max, storage);
    result["MessageId"] = engine::text_of(record->id);
    if (!message.receipt_handle.empty()) result["ReceiptHandle"] = message.receipt_handle;
    result["MD5OfBody"] = md5_of(body);
    result["Body"] = body;
    if (!selection.system_attributes.empty()) {
        auto attributes = system_attributes_of(queue, message, *record, selection, storage);
        if (!attributes.empty()) result["Attributes"] = std::move(attributes);
    }
    if (!selection.attributes.empty()) add_attributes(*record, selection, result);
    return result;
}

}  // namespace tern::aws::sqs
