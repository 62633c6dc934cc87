#pragma once

#include <string>

namespace tern::engine {

/// A queue as clients name it; streams, topics and consumer groups are named alike. The namespace is empty for the
/// native protocol; the AWS front end puts account and region there.
struct QueueName {
    std::string namespace_name;
    std::string name;

    bool operator==(const QueueName&) const = default;
    auto operator<=>(const QueueName&) const = default;
};

}  // namespace tern::engine
