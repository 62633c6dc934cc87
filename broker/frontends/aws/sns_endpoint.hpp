#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/names.hpp"

/// What can be subscribed, by protocol (docs/aws.md sns-13).
namespace tern::aws::sns {

struct SnsProtocol {
    std::string_view name;
    /// Somebody has to confirm the subscription.
    bool asks = false;
    /// It can have messages without an envelope; nothing else may even say that it wants the envelope.
    bool raw = false;
};
/// Null when SNS has no such protocol.
const SnsProtocol* find_protocol(std::string_view name);

/// Errors: invalid_parameter for what is no endpoint of the protocol; sqs is judged by the ARN alone.
std::optional<Error> check_endpoint(std::string_view protocol, std::string_view endpoint);

/// E.164; between digits there may be a hyphen, a dot or a slash.
bool is_phone_number(std::string_view text);

}  // namespace tern::aws::sns
