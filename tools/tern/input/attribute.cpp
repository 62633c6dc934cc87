#include "tools/tern/input/attribute.hpp"

#include <fmt/format.h>

#include "protocol/limits.hpp"
#include "tools/tern/input/input_file.hpp"

namespace tern::cli {

AttributeArgument parse_attribute(std::string_view argument) {
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        throw InputFailure(
            fmt::format("'{}' is not an attribute: write name=value, name:Number=5 or name:Binary=@file", argument));
    }
    AttributeArgument attribute;
    const auto head = argument.substr(0, equals);
    const auto colon = head.find(':');
    attribute.name = head.substr(0, colon);
    attribute.type = colon == std::string_view::npos ? "String" : std::string(head.substr(colon + 1));

    const auto value = argument.substr(equals + 1);
    if (value.starts_with("@@")) {
        attribute.value = value.substr(1);
    } else if (value.starts_with('@')) {
        attribute.value = read_whole(std::string(value.substr(1)), protocol::message_bytes_max);
    } else {
        attribute.value = value;
    }
    return attribute;
}

KeyValue parse_key_value(std::string_view argument) {
    const auto equals = argument.find('=');
    const auto key = argument.substr(0, equals);
    if (key.empty()) throw InputFailure(fmt::format("'{}' has no key: write key=value", argument));
    return {std::string(key), equals == std::string_view::npos ? "" : std::string(argument.substr(equals + 1))};
}

}  // namespace tern::cli
