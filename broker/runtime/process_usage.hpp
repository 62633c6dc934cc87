#pragma once

#include <cstdint>

namespace tern::runtime {

/// What this process uses, as Linux tells it; zeros where it does not.
struct ProcessUsage {
    std::uint64_t rss_bytes = 0;
    std::uint64_t rss_anonymous_bytes = 0;
    double cpu_seconds = 0;
    std::uint64_t open_descriptors = 0;
};

ProcessUsage process_usage();

}  // namespace tern::runtime
