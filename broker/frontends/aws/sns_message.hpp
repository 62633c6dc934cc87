#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/engine/publication.hpp"
#include "broker/frontends/aws/error.hpp"

/// A message as Publish and the entries of PublishBatch give it (docs/aws.md sns-7, sns-8, sns-10).
namespace tern::aws::sns {

struct Message {
    /// The default one where there are several.
    std::string body;
    std::string subject;
    /// Of several, by protocol or platform.
    std::vector<engine::ProtocolBody> bodies;
    /// There were several, or could have been.
    bool structured = false;
    std::vector<engine::PublicationAttribute> attributes;
    /// Of body (all of the JSON where that holds several), subject and attributes.
    std::uint64_t bytes = 0;
};

/// All but what MessageStructure says. `position` stands before the path of an attribute in a text:
/// "publishBatchRequestEntries.1.member." of an entry.
/// Errors: invalid_parameter, parameter_value_invalid, validation.
std::variant<Message, Error> read_message(const boost::json::object& parameters, std::string_view position);

/// Takes the message apart where MessageStructure says that it holds several bodies. What goes to a device alone
/// (`platform`, else empty) needs no default if there is a body for it. One that is longer than any may be is left as
/// it is, for its length is refused later. Errors: invalid_parameter.
std::optional<Error> take_apart(const boost::json::object& parameters, std::string_view platform, Message& message);

}  // namespace tern::aws::sns
