#pragma once

#include <optional>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/commands_of_streams.hpp"

namespace tern::engine {

/// A stream as its owner made it: the row of table `streams`.
struct StreamRow {
    StreamName stream;
    StreamSettings settings;
    Timestamp created_at;
    Timestamp modified_at;
};

Bytes encode(const StreamRow& row);
/// Nothing when the bytes are not such a row.
std::optional<StreamRow> decode_stream_row(BytesView bytes);

}  // namespace tern::engine
