#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "tern/message.hpp"
#include "tools/tern/text/terminal.hpp"

/// Messages as `tern` shows them.
namespace tern::cli {

/// A message as `--json` shows it (docs/cli.md): a body that is UTF-8 as it is, another in base64, which
/// "encoding":"base64" tells. What a message does not have is left out.
boost::json::object json_of(const ReceivedMessage& message);

/// The lines above a message's body, for people: id, age, receive count, group, attributes. A receipt handle is shown
/// when there is one.
std::string heading_of(const ReceivedMessage& message, const Style& style);

/// The body for people, with a line feed at its end. On a terminal nothing in it can play tricks with the terminal.
std::string shown_body(const ReceivedMessage& message, bool on_terminal);

}  // namespace tern::cli
