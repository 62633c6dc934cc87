#include "broker/runtime/process_usage.hpp"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace tern::runtime {
namespace {

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t count_descriptors() {
    std::error_code error;
    std::uint64_t count = 0;
    for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        ++count;
    }
    // The one that reads the folder is open for that only.
    return count > 0 ? count - 1 : 0;
}

}  // namespace

ProcessUsage process_usage() {
    ProcessUsage usage;
    std::ifstream status("/proc/self/status");
    std::uint64_t kib = 0;
    for (std::string word; status >> word;) {
        if (word == "VmRSS:" && status >> kib) usage.rss_bytes = kib * 1024;
        if (word == "RssAnon:" && status >> kib) usage.rss_anonymous_bytes = kib * 1024;
    }
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) usage.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    usage.open_descriptors = count_descriptors();
    return usage;
}

}  // namespace tern::runtime
