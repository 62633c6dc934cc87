#include "tests/model_streams/run.hpp"
#include "tests/programs/seed_runs.hpp"

/// Random commands on the engine, and a naive model of streams and groups that judges the answers (docs/testing.md).
int main(int argc, char** argv) {
    return tern::test::run_seeds(
        argc, argv, "Model test of streams and consumer groups",
        [](std::uint64_t seed, std::size_t steps) { return tern::stream_model::run(seed, steps); },
        tern::stream_model::shrink);
}
