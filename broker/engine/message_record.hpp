#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"

namespace tern::engine {

/// A stored message: what never changes about it. Views point into the record it was read from.
struct MessageRecord {
    MessageId id;
    Timestamp sent_at;
    /// When it could first be received: where its schedule entry is, as long as nobody has received it.
    Timestamp first_available_at;
    /// A secret of the message, part of its receipt handles, so that handles cannot be guessed.
    std::uint64_t secret = 0;
    /// The queue from which it came here as a dead letter, in this queue's namespace; empty when it did not.
    BytesView dead_letter_source;
    BytesView group_id;
    BytesView deduplication_id;
    BytesView trace_header;
    BytesView sender_id;
    BytesView body;
    /// Encoded: for_each_attribute reads them.
    BytesView attributes;
};

/// Writes the record into `to`, replacing what is there.
void encode(const MessageRecord& record, Bytes& to);
void encode_attributes(const std::vector<MessageAttribute>& attributes, Bytes& to);

/// The record in these bytes, or nothing when they are not a message record.
std::optional<MessageRecord> decode_message(BytesView bytes);
std::vector<MessageAttribute> decode_attributes(BytesView encoded);

}  // namespace tern::engine
