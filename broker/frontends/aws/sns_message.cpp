#include "broker/frontends/aws/sns_message.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <utility>

#include "broker/base/ascii.hpp"
#include "broker/base/base64.hpp"
#include "broker/base/utf8.hpp"
#include "broker/engine/sending.hpp"
#include "broker/frontends/aws/parameters.hpp"
#include "broker/frontends/aws/sns_endpoint.hpp"
#include "broker/frontends/aws/sns_errors.hpp"
#include "broker/frontends/aws/sns_platform.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::size_t attribute_name_bytes_max = 256;
constexpr std::size_t subject_characters_max = 100;

Error bad_attribute(std::string text) {
    return {kinds::parameter_value_invalid, std::move(text)};
}

std::string about(std::string_view name) {
    return std::string("The message attribute '").append(name).append("' ");
}

std::optional<Error> check_attribute_name(std::string_view name) {
    if (name.size() >= attribute_name_bytes_max)
        return bad_attribute("Length of message attribute name must be less than 256 bytes.");
    for (std::size_t at = 0; at < name.size(); ++at) {
        const char c = name[at];
        if (!is_alphanumeric(c) && c != '_' && c != '-' && c != '.') {
            char shown[8];
            std::snprintf(shown, sizeof shown, "#x%X", static_cast<unsigned>(static_cast<unsigned char>(c)));
            return bad_attribute(std::string("Invalid non-alphanumeric character '") + shown +
                                 "' was found in the message attribute name. Can only include alphanumeric "
                                 "characters, hyphens, underscores, or dots.");
        }
        if (c != '.') continue;
        if (at == 0) return bad_attribute("Invalid message attribute name starting with character '.' was found.");
        if (name[at - 1] == '.') return bad_attribute("Message attribute name can not have successive '.' character.");
        if (at + 1 == name.size())
            return bad_attribute("Invalid message attribute name ending with character '.' was found.");
    }
    return std::nullopt;
}

bool is_type(std::string_view type) {
    const auto dot = type.find('.');
    const auto base = type.substr(0, dot);
    const bool has_empty_label = dot != std::string_view::npos && dot + 1 == type.size();
    return (base == "String" || base == "Number" || base == "Binary") && !has_empty_label;
}

std::variant<engine::PublicationAttribute, Error> read_attribute(std::string_view name, const json::object& given,
                                                                 std::string_view position) {
    if (auto error = check_attribute_name(name)) return std::move(*error);
    const auto type = text_in(given, "DataType");
    if (!type) {
        std::string member(position);
        return absent(member.append("messageAttributes.").append(name).append(".member.dataType"));
    }
    if (!is_type(*type)) {
        return bad_attribute(about(name) +
                             "has an invalid message attribute type, the set of supported type prefixes is Binary, "
                             "Number, and String.");
    }
    const std::string_view field = type->starts_with("Binary") ? "Binary" : "String";
    const auto value = text_in(given, std::string(field) + "Value");
    const bool other = given.contains("StringValue") || given.contains("BinaryValue");
    if (!value && other)
        return bad_attribute(about(name) + "with type '" + std::string(*type) + "' must use field '" +
                             std::string(field) + "'.");
    if (!value || value->empty())
        return bad_attribute(about(name) +
                             "must contain non-empty message attribute value for message attribute type '" +
                             std::string(*type) + "'.");
    engine::PublicationAttribute attribute{std::string(name), std::string(*type), Bytes(*value)};
    if (field == "Binary") {
        auto bytes = decode_base64(*value);
        if (!bytes) return Error{common_errors::serialization, "BinaryValue is not base64."};
        attribute.value = std::move(*bytes);
    }
    const auto errc = engine::check_published_attribute({attribute.name, attribute.type, attribute.value});
    if (errc == Errc::number_attribute_invalid)
        return bad_attribute("Could not cast message attribute '" + attribute.name + "' value to number.");
    return attribute;
}

std::optional<Error> read_attributes(const json::object& parameters, std::string_view position, Message& message) {
    const auto* const given = object_in(parameters, "MessageAttributes");
    if (!given) return std::nullopt;
    for (const auto& [name, value] : *given) {
        auto read = read_attribute({name.data(), name.size()}, value.get_object(), position);
        if (auto* const error = std::get_if<Error>(&read)) return std::move(*error);
        message.attributes.push_back(std::get<engine::PublicationAttribute>(std::move(read)));
        const auto& attribute = message.attributes.back();
        message.bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
    }
    return std::nullopt;
}

/// docs/aws.md sns-7†: 1 to 100 characters, none of them a line break or another control character; the first one is
/// printable.
bool is_subject(std::string_view text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return !text.empty() && code_points_in(text) <= subject_characters_max && text.front() != ' ' &&
           std::ranges::none_of(text, is_control);
}

}  // namespace

std::optional<Error> take_apart(const json::object& parameters, std::string_view platform, Message& message) {
    if (text_in(parameters, "MessageStructure") != "json") return std::nullopt;
    if (message.body.size() > message_bytes_limit) return std::nullopt;
    json::error_code fault;
    const auto parsed = json::parse(message.body, fault);
    if (fault || !parsed.is_object()) return invalid("Message Structure - JSON message body failed to parse");
    std::optional<std::string> whole;
    for (const auto& [key, value] : parsed.get_object()) {
        const std::string_view name{key.data(), key.size()};
        // Others than texts are as if they were not there.
        if (!value.is_string()) continue;
        if (name == "default") {
            whole = std::string(view_of(value));
        } else if (find_protocol(name) || is_platform(name)) {
            message.bodies.push_back({std::string(key), Bytes(view_of(value)), {}});
        }
    }
    for (const auto& body : message.bodies)
        if (!whole && body.protocol == platform) whole = std::string(body.body);
    if (!whole) return invalid("Message Structure - No default entry in JSON message body");
    if (whole->empty()) return invalid("Empty message");
    message.body = std::move(*whole);
    message.structured = true;
    return std::nullopt;
}

std::variant<Message, Error> read_message(const json::object& parameters, std::string_view position) {
    Message message;
    const auto subject = text_in(parameters, "Subject");
    if (subject && !is_subject(*subject)) return invalid("Subject");
    message.subject = subject.value_or("");
    message.body = text_in(parameters, "Message").value_or("");
    if (message.body.empty()) return invalid("Empty message");
    message.bytes = message.body.size() + message.subject.size();
    if (auto error = read_attributes(parameters, position, message)) return std::move(*error);
    return message;
}

}  // namespace tern::aws::sns
