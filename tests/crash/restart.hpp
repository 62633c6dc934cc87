#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/crash/history.hpp"

namespace tern::crash {

/// A message as a restarted broker shows it.
struct FoundMessage {
    std::string body;
    std::string group;
    std::uint64_t sequence = 0;
    std::uint32_t receive_count = 0;
    /// How long after it was sent it can be received (again).
    std::int64_t hours = 0;
};

struct FoundQueue {
    /// Its own visibility timeout.
    std::int64_t visibility_hours = 0;
    std::vector<FoundMessage> messages;
    /// The names of all messages in the order in which receives gave them out.
    std::vector<std::string> received;
};

/// What is there after a restart.
struct Found {
    /// Sentences of `tern check`, of the audit, and of the start itself: empty when all is well.
    std::vector<std::string> faults;
    std::map<std::string, FoundQueue> queues;
};

/// Starts the broker's own store and engine on the folder, shows what is there, and then receives and deletes
/// everything a day later, when every visibility timeout has passed.
Found restart_on(const std::string& folder, const History& history);

}  // namespace tern::crash
