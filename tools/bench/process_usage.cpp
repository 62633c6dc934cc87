#include "tools/bench/process_usage.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace tern::bench {

namespace {

/// User and system time, fields 14 and 15 of proc(5)'s stat; the name in field 2 may hold blanks.
std::optional<double> cpu_seconds_of(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    std::uint64_t user = 0, system = 0;
    fields >> user >> system;
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<ProcessUsage> usage_of(pid_t process) {
    const auto cpu_seconds = cpu_seconds_of(process);
    if (!cpu_seconds) return std::nullopt;
    ProcessUsage usage{.cpu_seconds = *cpu_seconds};
    std::ifstream status(fmt::format("/proc/{}/status", process));
    for (std::string line; std::getline(status, line);) {
        std::istringstream fields(line);
        std::string name;
        std::uint64_t kib = 0;
        fields >> name >> kib;
        if (name == "RssAnon:") usage.rss_anonymous_bytes = kib * 1024;
        if (name == "VmHWM:") usage.rss_peak_bytes = kib * 1024;
    }
    return usage;
}

}  // namespace tern::bench
