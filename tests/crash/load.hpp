#pragma once

#include <cstdint>

namespace tern::crash {

struct LoadOptions {
    std::uint16_t port = 0;
    std::uint64_t seed = 1;
    /// So many work on queues.
    std::uint32_t connections = 4;
    std::uint32_t stream_connections = 3;
    /// So many read what others append.
    std::uint32_t watchers = 2;
    /// So many publish to a topic, and so many are subscribed to it.
    std::uint32_t publishers = 2;
    std::uint32_t subscribers = 1;
    /// Each connection asks for so many groups of one to three commands at once.
    std::uint32_t rounds = 60;
};

/// Everything that a broker can be asked to keep, from several connections at once: sends of tiny and of many-page
/// bodies, receives, deletes, changes of visibility, FIFO groups, purges, queues that come and go; streams, groups and
/// transactions (stream_load.hpp); a topic (topic_load.hpp). What each connection asks for is decided by the seed and
/// by what it received. Every command is answered before this returns. Errors: throws ConnectionLost.
void run_load(const LoadOptions& options);

}  // namespace tern::crash
