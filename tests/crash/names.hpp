#pragma once

#include <string>
#include <string_view>

namespace tern::crash {

/// The part of a message's body or a record's value that names it: what is before the first '|'.
inline std::string name_in(std::string_view body) {
    return std::string(body.substr(0, body.find('|')));
}

/// A queue to which nobody sends: it gets what is published to a topic.
inline constexpr std::string_view fed_queue = "fed";

}  // namespace tern::crash
