#pragma once

#include <cstdint>
#include <string>

#include "tern/message.hpp"

namespace tern {

/// How the broker is. Totals count since it was started.
struct BrokerStatus {
    std::string version;
    std::string data_folder;
    TimePoint started_at;
    /// The broker's own clock.
    TimePoint now;
    std::uint64_t queues = 0;
    std::uint64_t connections = 0;
    std::uint64_t waiting_receives = 0;
    std::uint64_t commits_total = 0;
    std::uint64_t commands_total = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
    /// "ok", "low" (what grows is refused) or "exhausted" (all changes are refused).
    std::string storage;
    std::uint64_t rss_anonymous_bytes = 0;
    double cpu_seconds = 0;
    std::uint64_t streams = 0;
    std::uint64_t groups = 0;
    std::uint64_t waiting_fetches = 0;
    std::uint64_t topics = 0;
    /// Of topics, on all connections.
    std::uint64_t subscribers = 0;
};

struct BackupDone {
    std::uint64_t bytes = 0;
};

}  // namespace tern
