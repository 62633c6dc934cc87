#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <variant>

#include "broker/engine/commands.hpp"
#include "broker/frontends/aws/frame_arena.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// A message on its way in: the parameters of SendMessage, or of an entry of SendMessageBatch.
namespace tern::aws::sqs {

struct Outgoing {
    /// Views into the call, and into `decoded`.
    engine::NewMessage message;
    std::list<std::string> decoded;
    std::string md5_of_body;
    /// Empty when there are none.
    std::string md5_of_attributes;
    std::string md5_of_system_attributes;

    /// Body and attributes: what SQS limits (docs/aws.md sqs-16).
    std::size_t size() const;
    /// Everything that has views.
    std::size_t bytes_in_frame() const;
    /// The message with its bytes in the frame.
    engine::NewMessage move_into(FrameArena& arena);
    /// Adds the digests to an answer.
    void tell_digests(boost::json::object& result) const;
};

/// Checks a message as far as that is possible without its queue (docs/aws.md sqs-17 to sqs-21, sqs-33, sqs-34).
/// Errors: missing_parameter, invalid_parameter_value, message_contents_invalid, unsupported_operation.
std::variant<Outgoing, Error> read_outgoing(const Call& call, const boost::json::object& parameters, bool fifo);

}  // namespace tern::aws::sqs
