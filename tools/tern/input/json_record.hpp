#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tern/message.hpp"

namespace tern::cli {

/// Which fields of a JSON record make a message or a publication. An empty name: none.
struct RecordFields {
    std::string body;
    std::string group;
    std::string deduplication;
    /// Of publications only.
    std::string subject = {};
};

/// The same for a record of a stream.
struct StreamRecordFields {
    std::string key;
    std::string value;
    std::string timestamp;
};

struct RecordMessage {
    std::string body;
    std::optional<std::string> group_id;
    std::optional<std::string> deduplication_id;
    std::optional<std::string> subject = {};
};

/// A message from one line of JSON. Without a body field the line itself is the body, to the byte. A field that is a
/// string is taken as it is; anything else as its JSON text. Errors: InputFailure for what is not JSON or misses a
/// field.
RecordMessage message_from_json(std::string_view line, const RecordFields& fields);

struct StreamRecord {
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::optional<TimePoint> timestamp;
};

/// A record of a stream from one line of JSON. Without a value field the line itself is the value, to the byte. A field
/// that is null makes no key or no value. A timestamp is RFC 3339, or milliseconds since 1970. Errors: InputFailure.
StreamRecord stream_record_from_json(std::string_view line, const StreamRecordFields& fields);

}  // namespace tern::cli
