#pragma once

#include <string>
#include <vector>

#include "tern/message.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

/// Sends each body as a message made after the template, and tells the messages' ids.
ExitCode send_bodies(Context& context, const std::string& queue, const NewMessage& message_template,
                     std::vector<std::string> bodies);

}  // namespace tern::cli
