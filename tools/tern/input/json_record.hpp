#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tern::cli {

/// Which fields of a JSON record make a message. An empty name: none.
struct RecordFields {
    std::string body;
    std::string group;
    std::string deduplication;
};

struct RecordMessage {
    std::string body;
    std::optional<std::string> group_id;
    std::optional<std::string> deduplication_id;
};

/// A message from one line of JSON. Without a body field the line itself is the body, to the byte. A field that is a
/// string is taken as it is; anything else as its JSON text. Errors: InputFailure for what is not JSON or misses a
/// field.
RecordMessage message_from_json(std::string_view line, const RecordFields& fields);

}  // namespace tern::cli
