#pragma once

#include <cstddef>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"

namespace tern::engine {

/// Sends messages, each for itself: a refused one leaves the others of the request alone.
Answer send_messages(Batch& batch, const SendMessages& command);

/// Sends one message to a queue that is there.
SendResult send_message(Batch& batch, Queue& queue, const NewMessage& message);

/// Whether all messages would be sent: ok, or the first refusal, and then `entry` is its number; for an error of the
/// whole command `entry` is the number of entries.
Errc check_send(Batch& batch, const SendMessages& command, std::size_t& entry);

/// The first rule that a message breaks, ok when none (docs/aws.md sqs-16 to sqs-20, sqs-33, sqs-34).
Errc check_message(const QueueSettings& settings, const NewMessage& message);

/// The first rule that an attribute breaks, ok when none.
Errc check_attribute(const MessageAttribute& attribute);

/// Whether the name begins with AWS. or Amazon., in any case: no message has such an attribute. A publication may: SNS
/// is told by them how to send (AWS.SNS.SMS.SMSType).
bool is_reserved_attribute(BytesView name);

/// As check_attribute, of a publication.
Errc check_published_attribute(const MessageAttribute& attribute);

/// Of an X-Ray trace header that goes with a message.
inline constexpr std::size_t trace_header_bytes_max = 2048;

/// 1 to 128 alphanumeric and punctuation characters: message group ids, deduplication ids and receive attempt ids.
bool valid_fifo_id(BytesView id);

}  // namespace tern::engine
