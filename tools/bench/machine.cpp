#include "tools/bench/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>

namespace tern::bench {

namespace {

std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

}  // namespace

Machine this_machine() {
    Machine machine;
    machine.processor = processor_name();
    machine.processors = std::thread::hardware_concurrency();
    machine.memory_bytes =
        static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    utsname system{};
    uname(&system);
    machine.kernel = std::string(system.sysname) + " " + system.release;
    getloadavg(&machine.load_average, 1);
    const auto now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
    machine.date = text;
    return machine;
}

}  // namespace tern::bench
