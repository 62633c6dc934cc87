#include "broker/engine/sending.hpp"

#include <algorithm>
#include <cctype>

#include "broker/base/ascii.hpp"
#include "broker/base/utf8.hpp"
#include "broker/engine/deduplication.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr std::size_t attribute_name_bytes_max = 256;
constexpr std::size_t fifo_id_bytes_max = 128;
constexpr std::size_t sender_id_bytes_max = 256;
constexpr std::size_t number_digits_max = 38;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with_any_case(BytesView text, BytesView lower_case_prefix) {
    return text.size() >= lower_case_prefix.size() &&
           std::equal(lower_case_prefix.begin(), lower_case_prefix.end(), text.begin(),
                      [](char a, char b) { return a == lower(b); });
}

/// ASCII, or a letter of Western and Central Europe: U+00C0 to U+017F without the two signs among them.
bool is_of_attribute_name(char32_t c) {
    constexpr char32_t times = 0xD7;
    constexpr char32_t divided_by = 0xF7;
    if (c < 0x80) return is_alphanumeric(static_cast<char>(c)) || c == U'_' || c == U'-' || c == U'.';
    return c >= 0xC0 && c <= 0x17F && c != times && c != divided_by;
}

bool valid_attribute_name(BytesView name) {
    if (name.empty() || name.size() > attribute_name_bytes_max) return false;
    if (name.front() == '.' || name.back() == '.' || name.find("..") != BytesView::npos) return false;
    while (!name.empty()) {
        const auto c = take_code_point(name);
        if (!c || !is_of_attribute_name(*c)) return false;
    }
    return true;
}

/// The part of a type before its label: "Number" of "Number.int".
BytesView base_type(BytesView type) {
    return type.substr(0, type.find('.'));
}

bool valid_attribute_type(BytesView type) {
    const auto base = base_type(type);
    const bool has_empty_label = type.size() == base.size() + 1;
    if (type.size() > attribute_name_bytes_max || has_empty_label) return false;
    return base == "String" || base == "Number" || base == "Binary";
}

bool is_number(BytesView text) {
    std::size_t digits = 0;
    const auto take_digits = [&] {
        const auto before = digits;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            text.remove_prefix(1);
            ++digits;
        }
        return digits > before;
    };
    const auto take_sign = [&] {
        if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    };
    take_sign();
    bool mantissa = take_digits();
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        mantissa = take_digits() || mantissa;
    }
    if (!mantissa || digits > number_digits_max) return false;
    if (text.empty()) return true;
    if (lower(text.front()) != 'e') return false;
    text.remove_prefix(1);
    take_sign();
    return take_digits() && text.empty();
}

Errc check_attributes(const std::vector<MessageAttribute>& attributes) {
    if (attributes.size() > protocol::message_attributes_max) return Errc::too_many_attributes;
    for (auto at = attributes.begin(); at != attributes.end(); ++at) {
        if (const auto errc = check_attribute(*at); errc != Errc::ok) return errc;
        if (std::any_of(attributes.begin(), at, [&](const auto& other) { return other.name == at->name; }))
            return Errc::attribute_duplicated;
    }
    return Errc::ok;
}

std::size_t size_of(const NewMessage& message) {
    auto size = message.body.size();
    for (const auto& attribute : message.attributes)
        size += attribute.name.size() + attribute.type.size() + attribute.value.size();
    return size;
}

Errc check_for_fifo(const QueueSettings& settings, const NewMessage& message) {
    if (message.delay && message.delay->count() > 0) return Errc::message_delay_on_fifo_queue;
    if (message.group_id.empty()) return Errc::message_group_id_missing;
    if (!message.deduplication_id && !settings.content_based_deduplication) return Errc::deduplication_id_missing;
    return Errc::ok;
}

Errc check_for_standard(const NewMessage& message) {
    if (message.deduplication_id) return Errc::deduplication_id_on_standard_queue;
    return Errc::ok;
}

/// Errors: batch_empty, batch_too_long, queue_does_not_exist; storage_damaged.
Result<Queue*> find_queue(Batch& batch, const SendMessages& command) {
    if (command.messages.empty()) return Errc::batch_empty;
    if (command.messages.size() > protocol::batch_entries_max) return Errc::batch_too_long;
    return find_users_queue(batch, command.queue);
}

}  // namespace

bool is_reserved_attribute(BytesView name) {
    return begins_with_any_case(name, "aws.") || begins_with_any_case(name, "amazon.");
}

Errc check_attribute(const MessageAttribute& attribute) {
    if (is_reserved_attribute(attribute.name)) return Errc::attribute_name_invalid;
    return check_published_attribute(attribute);
}

Errc check_published_attribute(const MessageAttribute& attribute) {
    if (!valid_attribute_name(attribute.name)) return Errc::attribute_name_invalid;
    if (!valid_attribute_type(attribute.type)) return Errc::attribute_type_invalid;
    if (attribute.value.empty()) return Errc::attribute_value_empty;
    if (base_type(attribute.type) == "Number" && !is_number(attribute.value)) return Errc::number_attribute_invalid;
    return Errc::ok;
}

bool valid_fifo_id(BytesView id) {
    return !id.empty() && id.size() <= fifo_id_bytes_max &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Errc check_message(const QueueSettings& settings, const NewMessage& message) {
    if (message.body.empty()) return Errc::message_body_missing;
    if (const auto errc = check_attributes(message.attributes); errc != Errc::ok) return errc;
    if (size_of(message) > static_cast<std::size_t>(settings.message_bytes_max)) return Errc::message_too_large;
    if (message.delay && (message.delay->count() < 0 || message.delay->count() > protocol::delay_ms_max))
        return Errc::delay_invalid;
    if (const auto errc = settings.fifo ? check_for_fifo(settings, message) : check_for_standard(message);
        errc != Errc::ok)
        return errc;
    if (!message.group_id.empty() && !valid_fifo_id(message.group_id)) return Errc::message_group_id_invalid;
    if (message.deduplication_id && !valid_fifo_id(*message.deduplication_id)) return Errc::deduplication_id_invalid;
    if (message.trace_header.size() > trace_header_bytes_max || message.sender_id.size() > sender_id_bytes_max)
        return Errc::trace_header_invalid;
    return Errc::ok;
}

SendResult send_message(Batch& batch, Queue& queue, const NewMessage& message) {
    const auto& settings = queue.settings();
    if (const auto errc = check_message(settings, message); errc != Errc::ok) return {errc, {}, 0};

    Bytes deduplication_id;
    if (settings.fifo) {
        deduplication_id =
            message.deduplication_id ? Bytes(*message.deduplication_id) : deduplication::content_id(message.body);
        if (const auto earlier = deduplication::find(batch, queue, message.group_id, deduplication_id)) {
            ++batch.counters.messages_deduplicated;
            return {Errc::ok, earlier->id, earlier->sequence};
        }
    }
    Bytes attributes;
    encode_attributes(message.attributes, attributes);
    MessageRecord record;
    record.id = {batch.random.next(), batch.random.next()};
    record.secret = batch.random.next();
    record.sent_at = batch.now;
    record.first_available_at = batch.now + message.delay.value_or(settings.delay);
    if (settings.fifo) record.first_available_at = batch.now + settings.delay;
    record.group_id = message.group_id;
    record.deduplication_id = deduplication_id;
    record.trace_header = message.trace_header;
    record.sender_id = message.sender_id;
    record.attributes = attributes;
    record.body = message.body;

    const auto sequence = kind::enqueue(batch, queue, record);
    if (settings.fifo)
        deduplication::remember(batch, queue, message.group_id, deduplication_id, {record.id, sequence, batch.now});
    ++queue.counters.sent;
    ++batch.counters.messages_sent;
    return {Errc::ok, record.id, sequence};
}

Errc check_send(Batch& batch, const SendMessages& command, std::size_t& entry) {
    entry = command.messages.size();
    const auto queue = find_queue(batch, command);
    if (!queue.has_value()) return queue.error();
    for (std::size_t at = 0; at < command.messages.size(); ++at) {
        const auto errc = check_message((*queue)->settings(), command.messages[at]);
        if (errc == Errc::ok) continue;
        entry = at;
        return errc;
    }
    return Errc::ok;
}

Answer send_messages(Batch& batch, const SendMessages& command) {
    const auto found = find_queue(batch, command);
    if (!found.has_value()) return refuse(found.error());
    SendResults sent;
    sent.results.reserve(command.messages.size());
    for (const auto& message : command.messages) sent.results.push_back(send_message(batch, **found, message));
    return {Errc::ok, {}, std::move(sent)};
}

}  // namespace tern::engine
