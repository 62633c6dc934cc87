#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "tests/model_streams/run.hpp"
#include "tests/programs/option_reader.hpp"

/// Random commands on the engine, and a naive model of streams and groups that judges the answers (docs/testing.md).
/// Exit code 1 and the shortest script that shows it when one is wrong.
int main(int argc, char** argv) {
    std::uint64_t seeds = 1000;
    std::uint64_t first_seed = 1;
    std::size_t steps = 60;
    std::uint64_t only = 0;
    bool keep = false;
    tern::test::OptionReader reader("Model test of streams and consumer groups");
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
        auto mismatch = tern::stream_model::run(seed, steps);
        if (!mismatch) continue;
        if (!keep) mismatch = tern::stream_model::shrink(seed, std::move(*mismatch));
        fmt::print("seed {} (again with --seed {} --steps {}): {}\n{}", seed, seed, steps, mismatch->what,
                   to_string(mismatch->script));
        return 1;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{} seeds of {} steps: engine and model agree ({:.1f} s)\n", seeds, steps, took.count());
    return 0;
}
