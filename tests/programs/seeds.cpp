#include "tests/programs/seeds.hpp"

#include <fmt/format.h>

#include <chrono>

namespace tern::test {

void Seeds::add_to(OptionReader& options) {
    options.number("--seeds", count, "how many seeds to run");
    options.number("--first", first, "the first of them");
    options.number("--steps", steps, "steps in each run");
    options.number("--seed", only_, "run this one only");
}

void Seeds::settle() {
    if (only_ == 0) return;
    first = only_;
    count = 1;
}

int run_seeds(int argc, const char* const* argv, const char* purpose, const SeedRun& run) {
    Seeds seeds;
    bool keep = false;
    OptionReader options(purpose);
    seeds.add_to(options);
    options.flag("--no-shrink", keep, "print the script as it was, not the shortest one");
    if (const auto code = options.read(argc, argv)) return *code;
    seeds.settle();

    const auto begin = std::chrono::steady_clock::now();
    for (auto seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
        const auto failure = run(seed, seeds.steps, !keep);
        if (!failure) continue;
        fmt::print("seed {} (again with --seed {} --steps {}): {}\n{}", seed, seed, seeds.steps, failure->what,
                   failure->script);
        return 1;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{} seeds of {} steps: engine and model agree ({:.1f} s)\n", seeds.count, seeds.steps, took.count());
    return 0;
}

}  // namespace tern::test
