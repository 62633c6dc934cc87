#pragma once

#include <string>
#include <string_view>

namespace tern::aws {

/// A kind of error of AWS: the name of its shape in the service's model, the older code that the Query protocol has for
/// it, and the HTTP status.
struct ErrorKind {
    std::string_view shape;
    std::string_view code;
    int status = 400;
    /// What stands before the shape in `__type`.
    std::string_view prefix = "com.amazonaws.sqs#";
    /// "Sender" or "Receiver": whose fault it is.
    std::string_view fault = "Sender";
};

struct Error {
    ErrorKind kind;
    std::string text;
};

/// Errors that every service has.
namespace common_errors {

inline constexpr std::string_view coral = "com.amazon.coral.service#";

inline constexpr ErrorKind serialization{"SerializationException", "MalformedInput", 400, coral};
inline constexpr ErrorKind unknown_operation{"UnknownOperationException", "InvalidAction", 404, coral};
inline constexpr ErrorKind invalid_action{"InvalidAction", "InvalidAction", 400, coral};
inline constexpr ErrorKind malformed_query{"MalformedQueryString", "MalformedQueryString", 400, coral};
inline constexpr ErrorKind internal_failure{"InternalFailure", "InternalFailure", 500, coral, "Receiver"};
inline constexpr ErrorKind service_unavailable{"ServiceUnavailable", "ServiceUnavailable", 503, coral, "Receiver"};

}  // namespace common_errors
}  // namespace tern::aws
