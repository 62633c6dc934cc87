#include "tests/model_topics/run.hpp"
#include "tests/programs/seed_runs.hpp"

/// Random commands on the engine, and a naive model of topics that judges the answers (docs/testing.md).
int main(int argc, char** argv) {
    return tern::test::run_seeds(
        argc, argv, "Model test of topics",
        [](std::uint64_t seed, std::size_t steps) { return tern::topic_model::run(seed, steps); },
        tern::topic_model::shrink);
}
