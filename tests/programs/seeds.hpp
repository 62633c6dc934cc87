#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tests/programs/option_reader.hpp"

/// Tests that run on seeds: what they have in common on the command line, and the program that model tests are.
namespace tern::test {

struct Seeds {
    std::uint64_t count = 1000;
    std::uint64_t first = 1;
    /// Of each run.
    std::uint64_t steps = 60;

    void add_to(OptionReader& options);
    /// To be called when the options are read: --seed stands for one alone.
    void settle();

private:
    std::uint64_t only_ = 0;
};

/// What was wrong in a run, and the script that shows it, as text.
struct SeedFailure {
    std::string what;
    std::string script;
};

/// A run on one seed; nothing when all agreed. `shrink`: with the shortest script that shows the same.
using SeedRun = std::function<std::optional<SeedFailure>(std::uint64_t seed, std::uint64_t steps, bool shrink)>;

/// The program of a model test: runs seeds until one fails. Exit code 1 and the script that shows it then.
int run_seeds(int argc, const char* const* argv, const char* purpose, const SeedRun& run);

}  // namespace tern::test
