#include <fmt/format.h>

#include "tests/model_recovery/run.hpp"
#include "tests/programs/seed_runs.hpp"

/// Subscribers through lost connections, power cuts and retention (docs/testing.md).
int main(int argc, char** argv) {
    tern::recovery_model::Tally tally;
    const auto code = tern::test::run_seeds(
        argc, argv, "Model test of recovery",
        // A step is a small thing here, such as reading a few bytes.
        [&](std::uint64_t seed, std::size_t steps) { return tern::recovery_model::run(seed, steps * 25, tally); },
        [](std::uint64_t, tern::recovery_model::Mismatch&& mismatch) { return std::move(mismatch); });
    fmt::print(
        "{} publications seen, {} gaps and {} new epochs told, {} lost connections, {} power cuts\n"
        "{} pushes to members, {} of them again, {} acknowledged\n",
        tally.seen, tally.gaps, tally.new_epochs, tally.disconnects, tally.crashes, tally.pushed, tally.pushed_again,
        tally.acknowledged);
    return code;
}
