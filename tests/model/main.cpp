#include "tests/model/run.hpp"
#include "tests/programs/seed_runs.hpp"

/// Random commands on the engine and on a naive model of the queue rules (docs/testing.md).
int main(int argc, char** argv) {
    return tern::test::run_seeds(
        argc, argv, "Model test of the queues",
        [](std::uint64_t seed, std::size_t steps) { return tern::model::run(seed, steps); }, tern::model::shrink);
}
