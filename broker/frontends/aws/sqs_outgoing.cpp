#include "broker/frontends/aws/sqs_outgoing.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "broker/base/base64.hpp"
#include "broker/engine/sending.hpp"
#include "broker/frontends/aws/md5.hpp"
#include "broker/frontends/aws/sqs_text.hpp"
#include "protocol/limits.hpp"

namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::int64_t delay_seconds_max = 900;

Error refused(std::string text) {
    return {kinds::invalid_parameter_value, std::move(text)};
}

/// Of a body and of an attribute's value SQS says the same words, under two codes.
Error bad_contents(const ErrorKind& kind, std::string_view text, std::string_view where) {
    return {
        kind,
        fmt::format("Invalid binary character '#x{:X}' was found in the {}, the set of allowed characters is #x9 | #xA "
                    "| #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].",
                    static_cast<std::uint32_t>(first_character_not_allowed(text)), where)};
}

std::string_view base_of_type(std::string_view type) {
    return type.substr(0, type.find('.'));
}

class OutgoingReader {
public:
    OutgoingReader(const Call& call, const json::object& parameters, bool fifo)
        : call_(call),
          parameters_(parameters),
          fifo_(fifo) {}

    std::variant<Outgoing, Error> read() {
        for (const auto step : {&OutgoingReader::body, &OutgoingReader::delay, &OutgoingReader::fifo_ids,
                                &OutgoingReader::attributes, &OutgoingReader::system_attributes})
            if (auto error = (this->*step)()) return std::move(*error);
        auto& message = result_.message;
        message.sender_id = call_.access_key.empty() ? std::string_view(call_.scope.account) : call_.access_key;
        message.sender_id = message.sender_id.substr(0, sender_id_bytes_max);
        result_.md5_of_body = md5_of(message.body);
        if (!message.attributes.empty()) result_.md5_of_attributes = md5_of_attributes(message.attributes);
        return std::move(result_);
    }

private:
    static constexpr std::size_t sender_id_bytes_max = 128;

    std::optional<Error> body() {
        const auto body = text_in(parameters_, "MessageBody");
        if (!body || body->empty()) return missing("MessageBody");
        if (!valid_contents(*body)) return bad_contents(kinds::message_contents_invalid, *body, "message body");
        result_.message.body = *body;
        return std::nullopt;
    }

    std::optional<Error> delay() {
        const auto seconds = integer_in(parameters_, "DelaySeconds");
        if (!seconds) return std::nullopt;
        const auto text = std::to_string(*seconds);
        if (*seconds < 0 || *seconds > delay_seconds_max)
            return invalid_value(text, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.");
        if (fifo_ && *seconds > 0) return invalid_value(text, "DelaySeconds", wrong_for_queue_type);
        if (!fifo_) result_.message.delay = std::chrono::seconds(*seconds);
        return std::nullopt;
    }

    std::optional<Error> fifo_ids() {
        const auto check = [](std::string_view id, std::string_view name) -> std::optional<Error> {
            if (engine::valid_fifo_id(id)) return std::nullopt;
            return invalid_value(
                id, name,
                std::string(name) + " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        };
        if (const auto group = text_in(parameters_, "MessageGroupId")) {
            if (auto error = check(*group, "MessageGroupId")) return error;
            result_.message.group_id = *group;
        }
        if (const auto id = text_in(parameters_, "MessageDeduplicationId")) {
            if (!fifo_) return invalid_value(*id, "MessageDeduplicationId", wrong_for_queue_type);
            if (auto error = check(*id, "MessageDeduplicationId")) return error;
            result_.message.deduplication_id = *id;
        }
        return std::nullopt;
    }

    std::optional<Error> attributes() {
        const auto* const given = object_in(parameters_, "MessageAttributes");
        if (!given) return std::nullopt;
        if (given->size() > protocol::message_attributes_max) {
            return refused("Number of message attributes [" + std::to_string(given->size()) +
                           "] exceeds the allowed maximum [" + std::to_string(protocol::message_attributes_max) + "].");
        }
        for (const auto& [name, value] : *given) {
            engine::MessageAttribute attribute{{name.data(), name.size()}, {}, {}};
            if (auto error = read_attribute(attribute, value.get_object(), "user")) return error;
            if (auto error = check_rules(attribute)) return error;
            result_.message.attributes.push_back(attribute);
        }
        return std::nullopt;
    }

    /// docs/aws.md sqs-21.
    std::optional<Error> system_attributes() {
        result_.message.trace_header = call_.trace_header;
        const auto* const given = object_in(parameters_, "MessageSystemAttributes");
        if (!given || given->empty()) return std::nullopt;
        for (const auto& [name, value] : *given) {
            if (name != "AWSTraceHeader")
                return refused("Message system attribute name '" + shown(name) + "' is invalid.");
            engine::MessageAttribute attribute{{name.data(), name.size()}, {}, {}};
            if (auto error = read_attribute(attribute, value.get_object(), "system")) return error;
            if (base_of_type(attribute.type) != "String")
                return refused(
                    "The type of message (system) attribute 'AWSTraceHeader' is invalid. It must be String.");
            result_.message.trace_header = attribute.value;
            result_.md5_of_system_attributes = md5_of_attributes({attribute});
        }
        return std::nullopt;
    }

    std::optional<Error> read_attribute(engine::MessageAttribute& attribute, const json::object& value,
                                        std::string_view whose) {
        const auto about = [&] {
            return "Message (" + std::string(whose) + ") attribute '" + shown(attribute.name) + "'";
        };
        for (const auto* const list : {"StringListValues", "BinaryListValues"}) {
            const auto* const values = list_in(value, list);
            if (values && !values->empty()) {
                return Error{kinds::unsupported_operation,
                             "Message attribute list values in SendMessage operation are not supported."};
            }
        }
        attribute.type = text_in(value, "DataType").value_or("");
        if (attribute.type.empty()) return refused(about() + " must contain a non-empty message attribute type.");
        const auto base = base_of_type(attribute.type);
        if (base != "String" && base != "Number" && base != "Binary") {
            return refused("The type of message (" + std::string(whose) + ") attribute '" + shown(attribute.name) +
                           "' is invalid. You must use only the following supported type prefixes: Binary, Number, "
                           "String.");
        }
        const auto empty = [&] {
            return refused(about() + " must contain a non-empty value of type '" + std::string(base) + "'.");
        };
        const auto text = text_in(value, base == "Binary" ? "BinaryValue" : "StringValue");
        if (!text || text->empty()) return empty();
        attribute.value = *text;
        if (base != "Binary" && !valid_contents(*text))
            return bad_contents(kinds::invalid_parameter_value, *text, "message attribute value");
        if (base != "Binary") return std::nullopt;
        auto bytes = decode_base64(*text);
        if (!bytes) return Error{common_errors::serialization, about() + " is not in base64."};
        if (bytes->empty()) return empty();
        attribute.value = result_.decoded.emplace_back(std::move(*bytes));
        return std::nullopt;
    }

    /// docs/aws.md sqs-20.
    static std::optional<Error> check_rules(const engine::MessageAttribute& attribute) {
        const std::string name(attribute.name.substr(0, 256));
        switch (engine::check_attribute(attribute)) {
            case Errc::ok: return std::nullopt;
            case Errc::number_attribute_invalid:
                return refused("Can't cast the value of message (user) attribute '" + name + "' to a number.");
            case Errc::attribute_type_invalid:
                return refused("The type of message (user) attribute '" + name + "' is invalid.");
            default: return refused(fault_of_name(attribute.name));
        }
    }

    static std::string fault_of_name(std::string_view name) {
        if (name.empty()) return "The request must contain non-empty message (user) attribute names.";
        if (name.size() > 256) return "Message (user) attribute names must be shorter than 256 Bytes";
        if (engine::is_reserved_attribute(name) || name.front() == '.' || name.back() == '.') {
            return "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are "
                   "reserved for internal use. Additionally, they cannot start or end with '.'.";
        }
        return "Message (user) attributes name can only contain upper and lower score characters, digits, periods, "
               "hyphens and underscores. ";
    }

    const Call& call_;
    const json::object& parameters_;
    const bool fifo_;
    Outgoing result_;
};

}  // namespace

std::size_t Outgoing::size() const {
    auto size = message.body.size();
    for (const auto& [name, type, value] : message.attributes) size += name.size() + type.size() + value.size();
    return size;
}

std::size_t Outgoing::bytes_in_frame() const {
    return size() + message.group_id.size() + message.deduplication_id.value_or("").size() +
           message.trace_header.size() + message.sender_id.size();
}

engine::NewMessage Outgoing::move_into(FrameArena& arena) {
    auto moved = std::move(message);
    moved.body = arena.keep(moved.body);
    for (auto& attribute : moved.attributes)
        attribute = {arena.keep(attribute.name), arena.keep(attribute.type), arena.keep(attribute.value)};
    moved.group_id = arena.keep(moved.group_id);
    if (moved.deduplication_id) moved.deduplication_id = arena.keep(*moved.deduplication_id);
    moved.trace_header = arena.keep(moved.trace_header);
    moved.sender_id = arena.keep(moved.sender_id);
    return moved;
}

void Outgoing::tell_digests(json::object& result) const {
    result["MD5OfMessageBody"] = md5_of_body;
    if (!md5_of_attributes.empty()) result["MD5OfMessageAttributes"] = md5_of_attributes;
    if (!md5_of_system_attributes.empty()) result["MD5OfMessageSystemAttributes"] = md5_of_system_attributes;
}

std::variant<Outgoing, Error> read_outgoing(const Call& call, const json::object& parameters, bool fifo) {
    return OutgoingReader(call, parameters, fifo).read();
}

}  // namespace tern::aws::sqs
