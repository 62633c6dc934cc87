#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace tern::bench {

struct ProcessUsage {
    double cpu_seconds = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    /// The greatest RssAnon is not kept by Linux; this is the peak of all resident memory, mapped file pages included.
    std::uint64_t rss_peak_bytes = 0;
};

/// What the process has used so far, from /proc; nothing when there is no such process.
std::optional<ProcessUsage> usage_of(pid_t process);

}  // namespace tern::bench
