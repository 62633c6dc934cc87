#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "tests/programs/option_reader.hpp"

namespace tern::test {

/// The main of a model test: `run(seed, steps)` says what differed, if something did, and `shrink(seed, mismatch)`
/// makes its script short. Returns 1 and prints the shortest script that shows it when engine and model differ.
template <class Run, class Shrink>
int run_seeds(int argc, char** argv, const std::string& what, Run run, Shrink shrink) {
    std::uint64_t seeds = 1000;
    std::uint64_t first_seed = 1;
    std::size_t steps = 60;
    std::uint64_t only = 0;
    bool keep = false;
    OptionReader reader(what);
    reader.option("--seeds", seeds, "how many seeds to run");
    reader.option("--first", first_seed, "the first of them");
    reader.option("--steps", steps, "batches of actions in each run");
    reader.option("--seed", only, "run this one only");
    reader.flag("--no-shrink", keep, "print the script as it was, not the shortest one");
    if (const auto code = reader.read(argc, argv)) return *code;
    if (only != 0) {
        first_seed = only;
        seeds = 1;
    }

    const auto begin = std::chrono::steady_clock::now();
    for (auto seed = first_seed; seed < first_seed + seeds; ++seed) {
        auto mismatch = run(seed, steps);
        if (!mismatch) continue;
        if (!keep) mismatch = shrink(seed, std::move(*mismatch));
        fmt::print("seed {} (again with --seed {} --steps {}): {}\n{}", seed, seed, steps, mismatch->what,
                   to_string(mismatch->script));
        return 1;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{} seeds of {} steps: engine and model agree ({:.1f} s)\n", seeds, steps, took.count());
    return 0;
}

}  // namespace tern::test
