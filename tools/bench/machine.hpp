#pragma once

#include <cstdint>
#include <string>

namespace tern::bench {

/// Where figures come from: without it they mean little.
struct Machine {
    std::string processor;
    unsigned processors = 0;
    std::uint64_t memory_bytes = 0;
    std::string kernel;
    /// Of the minute before: what else the machine had to do.
    double load_average = 0;
    std::string date;  // UTC
};

Machine this_machine();

}  // namespace tern::bench
